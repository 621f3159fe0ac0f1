import CDuckDB

/// Owns a C connection.
///
/// Whatever works on the connection holds its handle, so the connection ends
/// after the last statement and result on it.
@safe
final class ConnectionHandle {
  let pointer: duckdb_connection
  let interrupter: Interrupter
  private let database: Database
  /// How many statements have been executed on it.
  private(set) var executionCount = 0

  @unsafe
  init(_ pointer: duckdb_connection, database: Database) {
    unsafe self.pointer = pointer
    self.interrupter = unsafe Interrupter(pointer)
    self.database = database
    database.noteConnected()
  }

  deinit {
    self.interrupter.retire()
    self.rollBack()
    var connection: duckdb_connection? = unsafe self.pointer
    unsafe duckdb_disconnect(&connection)
    self.database.noteDisconnected()
  }

  /// Notes that a statement is about to be executed.
  func countExecution() {
    self.executionCount += 1
  }

  /// Ends the transaction that is open, if one is.
  ///
  /// DuckDB 1.5.5 does so itself when it disconnects, and ends the process where that fails: if the server of
  /// a lake's catalog has gone away meanwhile. Here it is an error, of a transaction that is over.
  private func rollBack() {
    var result = unsafe duckdb_result()
    _ = unsafe duckdb_query(self.pointer, "ROLLBACK", &result)
    unsafe duckdb_destroy_result(&result)
  }
}
