import CDuckDB

/// The statements of a text, compiled one after the other.
///
/// A statement may depend on those before it, so each is to be executed before the next is
/// compiled.
@safe
package struct ExtractedStatements: ~Copyable {
  private let pointer: duckdb_extracted_statements?
  private let connection: ConnectionHandle
  private var nextIndex = 0

  package let count: Int

  init(_ sql: String, connection: ConnectionHandle) throws(DuckDBError) {
    var extracted: duckdb_extracted_statements?
    let count = unsafe duckdb_extract_statements(connection.pointer, sql, &extracted)
    if count == 0, let message = unsafe duckdb_extract_statements_error(extracted) {
      let error = unsafe DuckDBError(prefixed: message, otherwise: "", code: .parser)
      unsafe duckdb_destroy_extracted(&extracted)
      throw error
    }
    unsafe self.pointer = extracted
    self.connection = connection
    self.count = Int(count)
  }

  deinit {
    var extracted = unsafe self.pointer
    unsafe duckdb_destroy_extracted(&extracted)
  }

  /// Compiles the next statement, or returns `nil` after the last.
  ///
  /// Whether it compiles or not, the next call goes on with the statement after it: DuckDB gives
  /// each statement away and must not be asked for one twice.
  package mutating func prepareNext() throws(DuckDBError) -> PreparedStatement? {
    guard self.nextIndex < self.count else {
      return nil
    }
    let index = idx_t(self.nextIndex)
    self.nextIndex += 1
    var statement: duckdb_prepared_statement?
    let state = unsafe duckdb_prepare_extracted_statement(
      self.connection.pointer,
      self.pointer,
      index,
      &statement
    )
    return try unsafe PreparedStatement(statement, state: state, connection: self.connection)
  }
}
