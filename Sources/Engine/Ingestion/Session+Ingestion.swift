extension Session {
  /// The stream for an ingestion into this session, to be filled while ``ingest(_:into:cancellation:)``
  /// runs.
  package func ingestionStream() -> IngestionStream {
    IngestionStream(
      byteLimit: self.resources.configuration.ingestionReadAheadByteCount,
      within: self.resources.ingestionBudget
    )
  }

  /// Inserts the rows of a stream into a table, all or none.
  ///
  /// A small ingestion begins when all of it has come, so that slow clients hold no worker for it.
  /// A large one holds a worker from its first few MiB to its end, which is why only half of the
  /// workers take any.
  ///
  /// - Returns: How many rows were inserted.
  package func ingest(
    _ stream: IngestionStream,
    into target: IngestionTarget,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> Int {
    let use = SessionUse(of: self)
    defer {
      stream.close()
      withExtendedLifetime(use) {}
    }
    if transaction == nil { try self.shared.requireNoLostTransaction() }
    let held = try self.holdTransaction(transaction)
    defer { if let held { self.checkIn(held) } }
    try await stream.untilWorthStarting()
    guard self.resources.lake?.hasOneWriter != true else {
      return try await self.ingestInTurn(stream, into: target, in: transaction, cancellation)
    }
    try await self.resources.lake?.tableTurns
      .waitToAdd(to: target.table.asciiLowercased, cancellation)
    let slots = self.resources.ingestionSlots
    try await slots.enter(atMost: self.resources.configuration.statementQueueWait)
    defer { slots.leave() }
    return try await self.onConnection(in: transaction, cancellation: cancellation) {
      try await $0.ingest(stream, into: target, cancellation)
    }
  }

  /// Ingests into a lake for one writer: the slot comes after the turn, since whoever has that may need
  /// a slot.
  private func ingestInTurn(
    _ stream: IngestionStream,
    into target: IngestionTarget,
    in transaction: Handle?,
    _ cancellation: Cancellation
  ) async throws -> Int {
    let connection = try self.checkOut(in: transaction)
    let turn = self.lakeTurn(on: connection)
    return try await self.on(connection, inTurn: turn, cancellation: cancellation) {
      let slots = self.resources.ingestionSlots
      do {
        try await slots.enter(atMost: self.resources.configuration.statementQueueWait)
      } catch {
        self.resources.queue.leave(cancellation)
        throw error
      }
      defer { slots.leave() }
      return try await $0.ingest(stream, into: target, cancellation)
    }
  }
}
