internal import Auth

// Statements that remove rows from a lake come one after the other, table by table, and now and then
// before those that add rows; where a lake's catalog is for one writer at a time, all that change it do.

extension Session {
  /// What a statement waits for before it runs.
  ///
  /// A transaction that its client has open holds nobody up: it is checked when it is committed. Only
  /// that of a lake for one writer has the turn, from its first statement that may change the lake.
  func turn(for sql: String, on connection: SessionConnection) -> LakeTurn? {
    guard let lake = self.resources.lake else { return nil }
    guard !lake.hasOneWriter else {
      return WritingText.mayChangeLake(sql) ? self.lakeTurn(on: connection) : nil
    }
    if RemovalTargets.mayBegin(sql), !self.shared.isInTransaction(ObjectIdentifier(connection)) {
      let tables = RemovalTargets(of: sql).tables
      return tables.isEmpty ? nil : .of(tables)
    }
    guard lake.tableTurns.hasClaims else { return nil }
    return ChangedTableReader.insertedTable(in: sql).map { .toAdd(to: $0) }
  }

  /// The turn of what changes a lake that is for one writer.
  func lakeTurn(on connection: SessionConnection) -> LakeTurn? {
    guard self.resources.lake?.hasOneWriter == true, self.principal.role != .reader,
      !self.shared.hasTurn(ObjectIdentifier(connection))
    else { return nil }
    return .of(TableTurns.wholeLake)
  }

  /// Runs the work of a statement that has entered the queue when it is its turn.
  func inTurn<Value>(
    for turn: LakeTurn,
    on connection: SessionConnection,
    _ cancellation: Cancellation,
    _ work: () async throws -> Value
  ) async throws -> Value {
    guard let lake = self.resources.lake else { return try await work() }
    do {
      switch turn {
      case .of(let tables): try await lake.tableTurns.take(tables, cancellation)
      case .toAdd(let table): try await lake.tableTurns.waitToAdd(to: table, cancellation)
      }
    } catch {
      self.resources.queue.leave(cancellation)
      throw error
    }
    guard case .of(let tables) = turn else { return try await work() }
    let held = HeldTurn(lake.tableTurns, of: tables)
    guard lake.hasOneWriter else {
      defer { withExtendedLifetime(held) {} }
      return try await work()
    }
    self.shared.keep(held, on: ObjectIdentifier(connection))
    // A text may have begun a transaction.
    defer { self.shared.keep(held, on: ObjectIdentifier(connection)) }
    return try await work()
  }
}
