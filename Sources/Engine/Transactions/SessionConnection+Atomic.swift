internal import DuckDB

extension SessionConnection {
  /// Runs `work` so that all it changes is committed, or nothing.
  ///
  /// Where a transaction is open on the connection, its client's or the server's own, the work
  /// becomes a part of it: what happens to it is then the transaction's matter.
  ///
  /// - Parameters:
  ///   - changesLake: Whether the commit is to bear its author's name.
  ///   - evade: Does otherwise what can't be committed because of others, and throws where that is
  ///     impossible.
  func atomically<Value>(
    on connection: borrowing Connection,
    changesLake: Bool = false,
    _ cancellation: Cancellation,
    orElse evade: (borrowing Connection, Value, EngineError) throws -> Void = { throw $2 },
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    try self.requireUnexpiredTransaction()
    guard !self.state.isInTransaction(ObjectIdentifier(self)) else { return try work(connection) }
    if self.own != nil {
      if changesLake { try self.sign(on: connection) }
      return try work(connection)
    }
    try connection.begin(isReadOnly: self.onlyReads)
    self.isAtomic = true
    self.noteTransactionBoundary()
    defer {
      self.isAtomic = false
      self.noteTransactionBoundary()
    }
    do {
      if changesLake { try self.sign(on: connection) }
      let value = try work(connection)
      do {
        try self.committingData { try self.commit(connection, cancellation) }
      } catch EngineError.lakeConflict(let table) {
        try evade(connection, value, .lakeConflict(table: table))
        // What has taken its place is committed.
        try? connection.rollBack()
      }
      return value
    } catch {
      // A COMMIT that fails has already rolled back; then there is nothing left to do.
      try? connection.rollBack()
      throw error
    }
  }
}
