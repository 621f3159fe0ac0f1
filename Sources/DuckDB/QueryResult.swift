import CDuckDB

/// What a statement returned, read chunk by chunk.
///
/// Dropping a stream before its end is fine: the connection's next statement ends it.
@safe
package struct QueryResult: ~Copyable {
  private var storage: duckdb_result
  private let connection: ConnectionHandle
  private var isExhausted = false

  @unsafe
  init(_ storage: duckdb_result, connection: ConnectionHandle) {
    unsafe self.storage = storage
    self.connection = connection
  }

  deinit {
    var result = unsafe self.storage
    unsafe duckdb_destroy_result(&result)
  }

  package var kind: ResultKind {
    switch unsafe duckdb_result_return_type(self.storage) {
    case DUCKDB_RESULT_TYPE_QUERY_RESULT: .rows
    case DUCKDB_RESULT_TYPE_CHANGED_ROWS: .changedRows
    default: .nothing
    }
  }

  package var statementType: StatementType {
    StatementType(unsafe duckdb_result_statement_type(self.storage))
  }

  /// How many rows a statement of kind ``ResultKind/changedRows`` inserted, updated or deleted.
  package var rowsChanged: Int {
    // The C function reads the first value of a result with changed rows and is zero otherwise.
    var result = unsafe self.storage
    return Int(unsafe duckdb_rows_changed(&result))
  }

  package var columns: [Column] {
    var result = unsafe self.storage
    let count = unsafe duckdb_column_count(&result)
    return (0..<count).map { index in
      let name = unsafe duckdb_column_name(&result, index)
      let type = unsafe LogicalTypeHandle(duckdb_column_logical_type(&result, index))
      return Column(unsafe name.map { unsafe String(cString: $0) } ?? "", type.decoded)
    }
  }

  var error: DuckDBError {
    var result = unsafe self.storage
    let message = unsafe duckdb_result_error(&result)
    return DuckDBError(
      code: DuckDBError.Code(unsafe duckdb_result_error_type(&result)),
      message: unsafe message.map { unsafe String(cString: $0) } ?? "unknown error"
    )
  }

  /// Fetches the next chunk, computing it if need be, or returns `nil` at the end.
  package mutating func nextChunk() throws(DuckDBError) -> DataChunk? {
    guard !self.isExhausted else {
      return nil
    }
    if let chunk = unsafe duckdb_fetch_chunk(self.storage) {
      return unsafe DataChunk(chunk)
    }
    self.isExhausted = true
    // The end and an error in the middle of a stream look the same but for the text.
    guard unsafe duckdb_result_error(&self.storage) == nil else {
      throw self.error
    }
    return nil
  }
}
