import CDuckDB

/// One DuckDB connection: the unit of transactions and of a session's state.
///
/// A connection isn't `Sendable`: everything on it blocks the calling thread, one call at a time.
/// A second statement on a connection closes the stream of the first.
package struct Connection: ~Copyable {
  let handle: ConnectionHandle
  let transactionStatements = TransactionStatements()

  init(handle: ConnectionHandle) {
    self.handle = handle
  }

  /// Stops and observes what the connection is executing, from any thread.
  package var interrupter: Interrupter { self.handle.interrupter }

  /// Compiles one statement.
  ///
  /// Text that holds several is refused: see ``extract(_:)``.
  package borrowing func prepare(_ sql: String) throws(DuckDBError) -> PreparedStatement {
    try PreparedStatement(sql, on: self.handle)
  }

  /// Splits text into its statements; text without any, such as a comment, gives none.
  package borrowing func extract(_ sql: String) throws(DuckDBError) -> ExtractedStatements {
    try SQLText.requireNoNUL(sql)
    return try ExtractedStatements(sql, connection: self.handle)
  }

  /// Runs every statement in `sql` and discards what they return.
  package borrowing func execute(_ sql: String) throws(DuckDBError) {
    _ = try self.result(of: sql)
  }

  /// Runs every statement in `sql` to its end, each compiled and executed in one transaction, and
  /// returns the result of the last.
  borrowing func result(of sql: String) throws(DuckDBError) -> QueryResult {
    try SQLText.requireNoNUL(sql)
    self.handle.countExecution()
    var storage = unsafe duckdb_result()
    let state = unsafe duckdb_query(self.handle.pointer, sql, &storage)
    let result = unsafe QueryResult(storage, connection: self.handle)
    guard state == DuckDBSuccess else {
      throw result.error
    }
    return result
  }
}
