extension Session {
  /// Begins a transaction on a connection of its own, or on the one with the session's temporary
  /// objects.
  ///
  /// Statements of the session that name no transaction join it.
  package func beginTransaction(cancellation: Cancellation) async throws -> Handle {
    let connection = try self.checkOutForTransaction()
    return try await self.on(connection, cancellation: cancellation) {
      try await $0.beginTransaction(cancellation)
    }
  }

  /// Commits a transaction or rolls it back.
  ///
  /// It has ended even if this throws, unless it wasn't tried because too many statements are at work.
  package func endTransaction(
    _ handle: Handle,
    commits: Bool,
    cancellation: Cancellation
  ) async throws {
    do {
      try await self.onConnection(in: handle, cancellation: cancellation) {
        try await $0.endTransaction(handle, commits: commits, cancellation: cancellation)
      }
    } catch {
      // It is still open where its turn never came.
      if !self.hasTransaction(handle) { self.shared.noteLostTransaction() }
      throw error
    }
  }

  /// Whether the session has an open transaction of that name.
  package func hasTransaction(_ handle: Handle) -> Bool {
    self.shared.transaction(handle) != nil
  }

  /// Checks out the connection of the transaction that a statement is going to run in, if it is in one.
  ///
  /// Until it is given back by ``checkIn(_:)``, the transaction doesn't count as unused.
  func holdTransaction(_ handle: Handle?) throws -> SessionConnection? {
    guard handle != nil || self.shared.oldestTransactionStart != nil else { return nil }
    return try self.checkOut(in: handle)
  }

  /// Rolls back the transactions that nobody has used for long, and those that are too old.
  func expireTransactions() async {
    for transaction in self.shared.overdueTransactions(self.resources.configuration) {
      guard let connection = self.idleConnection(transaction.connection) else { continue }
      await connection.expire(transaction)
    }
  }
}
