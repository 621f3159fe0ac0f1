import CDuckDB

/// A compiled statement.
///
/// A class, because sessions keep statements in a dictionary. Not `Sendable`: it belongs to
/// whoever owns the connection.
@safe
package final class PreparedStatement {
  let pointer: duckdb_prepared_statement
  let connection: ConnectionHandle
  /// That of the connection when this was compiled.
  private let executionCount: Int

  package let statementType: StatementType

  convenience init(_ sql: String, on connection: ConnectionHandle) throws(DuckDBError) {
    try SQLText.requireNoNUL(sql)
    var statement: duckdb_prepared_statement?
    let state = unsafe duckdb_prepare(connection.pointer, sql, &statement)
    try unsafe self.init(statement, state: state, connection: connection)
  }

  /// Takes over what a prepare function returned, and throws its error if it failed.
  @unsafe
  init(
    _ pointer: duckdb_prepared_statement?,
    state: duckdb_state,
    connection: ConnectionHandle
  ) throws(DuckDBError) {
    guard state == DuckDBSuccess, let pointer = unsafe pointer else {
      let error = unsafe DuckDBError(
        prefixed: duckdb_prepare_error(pointer),
        otherwise: "DuckDB cannot prepare the statement",
        code: .internalError
      )
      var failed = unsafe pointer
      unsafe duckdb_destroy_prepare(&failed)
      throw error
    }
    unsafe self.pointer = pointer
    self.connection = connection
    self.executionCount = connection.executionCount
    self.statementType = StatementType(unsafe duckdb_prepared_statement_type(pointer))
  }

  deinit {
    var statement: duckdb_prepared_statement? = unsafe self.pointer
    unsafe duckdb_destroy_prepare(&statement)
  }

  /// Whether nothing has been executed on its connection since it was compiled, itself included.
  package var isFresh: Bool { self.executionCount == self.connection.executionCount }

  /// Executes the statement to its end and discards what it returns.
  func execute() throws(DuckDBError) {
    self.connection.countExecution()
    var storage = unsafe duckdb_result()
    let state = unsafe duckdb_execute_prepared(self.pointer, &storage)
    let result = unsafe QueryResult(storage, connection: self.connection)
    guard state == DuckDBSuccess else {
      throw result.error
    }
  }

  /// The columns of the result, known before anything runs.
  ///
  /// Decoded at each call. Statements that return no rows report one column nonetheless, called
  /// `Count` or `Success`. Where a type depends on a parameter that is not determined, the only
  /// column is called `unknown` and its type is ``LogicalType/Kind/unknown``.
  package var columns: [Column] {
    let count = unsafe duckdb_prepared_statement_column_count(self.pointer)
    return (0..<count).map { index in
      let name = unsafe duckdb_prepared_statement_column_name(self.pointer, index)
      defer { unsafe duckdb_free(UnsafeMutablePointer(mutating: name)) }
      let type = unsafe LogicalTypeHandle(
        duckdb_prepared_statement_column_logical_type(self.pointer, index)
      )
      return Column(unsafe name.map { unsafe String(cString: $0) } ?? "", type.decoded)
    }
  }

  package var parameterCount: Int { Int(unsafe duckdb_nparams(self.pointer)) }

  /// The parameters in the order of ``bind(_:at:)``.
  ///
  /// Their types are those that the statement determines, until values are bound. A parameter
  /// whose number is beyond their count, as in `$1 + $3`, can't be bound: another one's name is
  /// empty instead.
  package var parameters: [Parameter] {
    (0..<self.parameterCount).map { position in
      let index = idx_t(position + 1)
      let name = unsafe duckdb_parameter_name(self.pointer, index)
      defer { unsafe duckdb_free(UnsafeMutablePointer(mutating: name)) }
      let type = unsafe LogicalTypeHandle(duckdb_param_logical_type(self.pointer, index))
      return Parameter(
        name: unsafe name.map { unsafe String(cString: $0) } ?? "",
        type: type.decoded
      )
    }
  }
}
