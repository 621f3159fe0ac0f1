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

  @unsafe
  init(_ pointer: duckdb_connection, database: Database) {
    unsafe self.pointer = pointer
    self.interrupter = unsafe Interrupter(pointer)
    self.database = database
    database.noteConnected()
  }

  deinit {
    self.interrupter.retire()
    var connection: duckdb_connection? = unsafe self.pointer
    unsafe duckdb_disconnect(&connection)
    self.database.noteDisconnected()
  }
}
