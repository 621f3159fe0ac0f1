internal import Auth

// Statements that remove rows from a lake come one after the other, table by table; where a lake's
// catalog is for one writer at a time, so do all that change it.

extension Session {
  /// The tables whose turn a statement waits for: where it is a transaction of its own.
  ///
  /// A transaction that its client has open holds nobody up: it is checked when it is committed. Only
  /// that of a lake for one writer has the turn, from its first statement that may change the lake.
  func tablesInTurn(for sql: String, on connection: SessionConnection) -> Set<String> {
    guard let lake = self.resources.lake else { return [] }
    guard !lake.hasOneWriter else {
      return WritingText.mayChangeLake(sql) ? self.lakeInTurn(on: connection) : []
    }
    guard RemovalTargets.mayBegin(sql),
      !self.shared.isInTransaction(ObjectIdentifier(connection))
    else { return [] }
    return RemovalTargets(of: sql).tables
  }

  /// The turn of what changes a lake that is for one writer.
  func lakeInTurn(on connection: SessionConnection) -> Set<String> {
    guard self.resources.lake?.hasOneWriter == true, self.principal.role != .reader,
      !self.shared.hasTurn(ObjectIdentifier(connection))
    else { return [] }
    return TableTurns.wholeLake
  }

  /// Runs the work of a statement that has entered the queue when it is its turn.
  func inTurn<Value>(
    for tables: Set<String>,
    on connection: SessionConnection,
    _ cancellation: Cancellation,
    _ work: () async throws -> Value
  ) async throws -> Value {
    guard let lake = self.resources.lake else { return try await work() }
    do {
      try await lake.tableTurns.take(tables, cancellation)
    } catch {
      self.resources.queue.leave(cancellation)
      throw error
    }
    let turn = HeldTurn(lake.tableTurns, of: tables)
    guard lake.hasOneWriter else {
      defer { withExtendedLifetime(turn) {} }
      return try await work()
    }
    self.shared.keep(turn, on: ObjectIdentifier(connection))
    // A text may have begun a transaction.
    defer { self.shared.keep(turn, on: ObjectIdentifier(connection)) }
    return try await work()
  }
}
