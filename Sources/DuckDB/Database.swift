import CDuckDB
internal import Synchronization

/// A DuckDB instance, shared by every connection opened on it and closed after the last of them.
@safe
package final class Database: Sendable {
  // Safe to share: the pointer never changes and `duckdb_connect` may be called from any thread.
  private nonisolated(unsafe) let pointer: duckdb_database
  private let connections = Atomic(0)

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - path: The file to open, or `:memory:`.
  ///   - options: Settings to start with, by name, as in the SQL statement `SET`.
  package init(
    path: String = ":memory:",
    options: [String: String] = [:]
  ) throws(DuckDBError) {
    var config: duckdb_config?
    guard unsafe duckdb_create_config(&config) == DuckDBSuccess else {
      throw DuckDBError(code: .outOfMemory, message: "cannot allocate a DuckDB configuration")
    }
    defer { unsafe duckdb_destroy_config(&config) }
    for (name, value) in options {
      guard unsafe duckdb_set_config(config, name, value) == DuckDBSuccess else {
        throw DuckDBError(
          code: .invalidConfiguration,
          message: "DuckDB has no setting '\(name)' that could be '\(value)'"
        )
      }
    }

    var database: duckdb_database?
    var message: UnsafeMutablePointer<CChar>?
    let state = unsafe duckdb_open_ext(path, &database, config, &message)
    defer { unsafe duckdb_free(message) }
    guard state == DuckDBSuccess, let database = unsafe database else {
      throw unsafe DuckDBError(prefixed: message, otherwise: "cannot open '\(path)'", code: .io)
    }
    unsafe self.pointer = database
  }

  deinit {
    var database: duckdb_database? = unsafe self.pointer
    unsafe duckdb_close(&database)
  }

  /// Open connections, and those that are closed but whose statements or results are still held.
  package var connectionCount: Int { self.connections.load(ordering: .acquiring) }

  func noteConnected() { self.connections.add(1, ordering: .acquiringAndReleasing) }
  func noteDisconnected() { self.connections.subtract(1, ordering: .acquiringAndReleasing) }

  /// Opens a connection, which keeps the database open.
  package func connect() throws(DuckDBError) -> Connection {
    var connection: duckdb_connection?
    guard unsafe duckdb_connect(self.pointer, &connection) == DuckDBSuccess,
      let connection = unsafe connection
    else {
      throw DuckDBError(code: .connection, message: "DuckDB refuses another connection")
    }
    return Connection(handle: unsafe ConnectionHandle(connection, database: self))
  }
}
