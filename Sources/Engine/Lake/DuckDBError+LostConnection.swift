package import DuckDB

// Errors of a lake whose catalog is in PostgreSQL, when the connection to it is lost.

extension DuckDBError {
  /// Whether the connection was lost: DuckDB reports that as an error of whatever it was about to do,
  /// in libpq's words.
  package var isLostConnection: Bool {
    [.invalid, .invalidInput, .binder, .catalog, .transaction].contains(self.code)
      && [
        "closed the connection unexpectedly", "connection has been closed unexpectedly",
        "terminating connection", "no connection to the server",
        "could not receive data from server", "could not send data to server",
      ]
      .contains { self.message.contains($0) }
  }

  /// What it means for a transaction that PostgreSQL has gone away while it was being ended; `nil` for
  /// other errors.
  ///
  /// DuckLake 1.5.5 takes a COMMIT without an answer for one that failed, and deletes the files that the
  /// transaction has written. Where it fails before, it rolls back on the same connection.
  var lossAtEnd: EngineError? {
    if self.message.contains("Failed to execute query \"ROLLBACK\":") { return .catalogLost }
    guard self.code == .transaction,
      self.message.contains("Failed to execute query \"COMMIT\":"),
      // Else PostgreSQL has answered.
      !self.message.contains("ERROR:")
    else { return nil }
    // What has changed nothing is committed without these words.
    return self.message.contains("Failed to commit DuckLake transaction")
      ? .commitOutcomeUnknown : .catalogLost
  }
}
