// Statements that remove rows from a lake come one after the other, table by table.

extension Session {
  /// The tables whose turn a statement waits for: where it is a transaction of its own.
  ///
  /// A transaction that its client has open holds nobody up: it is checked when it is committed.
  func tablesInTurn(for sql: String, on connection: SessionConnection) -> Set<String> {
    guard self.resources.lake != nil, RemovalTargets.mayBegin(sql),
      !self.shared.isInTransaction(ObjectIdentifier(connection))
    else { return [] }
    return RemovalTargets(of: sql).tables
  }

  /// Runs the work of a statement that has entered the queue when it is its turn.
  func inTurn<Value>(
    for tables: Set<String>,
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
    defer { lake.tableTurns.give(tables) }
    return try await work()
  }
}
