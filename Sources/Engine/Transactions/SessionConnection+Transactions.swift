internal import DuckDB

extension SessionConnection {
  /// Begins a transaction, which becomes the session's.
  func beginTransaction(_ cancellation: Cancellation) throws -> Handle {
    try self.begin(cancellation) { connection in
      // DuckDB would refuse as well, and abort the one that is open.
      guard !self.state.isInTransaction(ObjectIdentifier(self)) else {
        throw EngineError.alreadyInTransaction
      }
      try connection.begin(isReadOnly: self.onlyReads)
      try self.record(.beginsTransaction, on: connection)
    }
    guard let transaction = self.state.transaction(on: ObjectIdentifier(self)) else {
      throw EngineError.sessionClosed
    }
    return transaction.handle
  }

  /// Ends the transaction that is open on the connection.
  ///
  /// It has ended even if this throws.
  func endTransaction(_ handle: Handle, commits: Bool, cancellation: Cancellation) throws {
    try self.begin(cancellation) { connection in
      guard let transaction = self.state.transaction(handle),
        transaction.connection == ObjectIdentifier(self)
      else { throw EngineError.unknownTransaction }
      try self.end(transaction, commits: commits, on: connection, cancellation)
    }
  }

  /// Ends a transaction of this connection, whichever way its client asked for it.
  func end(
    _ transaction: OpenTransaction,
    commits: Bool,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws {
    defer {
      self.noteTransactionBoundary()
      self.noteDefinitionChange(by: .transaction)
      withExtendedLifetime(transaction.turn) {}
    }
    try self.record(.endsTransaction(commits: commits), on: connection)
    if let expiry = transaction.expiry {
      if commits { throw expiry }
      return
    }
    guard commits else { return try connection.rollBack() }
    do {
      try self.requireNotAborted(connection)
      try self.committingData { try self.commit(connection, cancellation) }
    } catch {
      // Most failures of COMMIT have rolled back already; then there is nothing left to do.
      try? connection.rollBack()
      throw error
    }
  }

  /// Rolls a transaction back that its client seems to have forgotten.
  ///
  /// The client learns of it by the error of its next statement in the transaction.
  func expire(_ transaction: OpenTransaction) {
    guard let current = self.state.transaction(transaction.handle), current.expiry == nil,
      let reason = current.overdue(self.resources.configuration)
    else { return }
    self.rollBack(current, because: reason)
  }

  /// Rolls back the connection's transaction if it is too old, however busy its client keeps it.
  func expireOldTransaction() {
    guard let transaction = self.state.transaction(on: ObjectIdentifier(self)),
      transaction.expiry == nil,
      case .transactionTooOld(let limit) = transaction.overdue(self.resources.configuration)
    else { return }
    self.rollBack(transaction, because: .transactionTooOld(limit))
  }

  private func rollBack(_ transaction: OpenTransaction, because reason: EngineError) {
    self.setLiveResultAside()
    try? self.proceed(Cancellation()) { connection in try connection.rollBack() }
    self.noteTransactionBoundary()
    self.state.expire(transaction.handle, because: reason)
  }

  /// Refuses statements in a transaction that the server has rolled back.
  func requireUnexpiredTransaction() throws(EngineError) {
    if let expiry = self.state.transaction(on: ObjectIdentifier(self))?.expiry { throw expiry }
  }

  /// DuckDB answers COMMIT with success where an error has aborted the transaction, and rolls it
  /// back.
  private func requireNotAborted(_ connection: borrowing Connection) throws {
    do {
      try connection.execute("SELECT 1")
    } catch {
      guard error.code == .transaction else { throw error }
      throw EngineError.transactionAborted
    }
  }
}
