extension Session {
  /// The stream for an ingestion into this session, to be filled while ``ingest(_:into:cancellation:)``
  /// runs.
  package func ingestionStream() -> IngestionStream {
    IngestionStream(byteLimit: self.resources.configuration.ingestionReadAheadByteCount)
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
    defer { stream.close() }
    if transaction == nil { try self.shared.requireNoLostTransaction() }
    await stream.untilWorthStarting()
    try await self.resources.ingestionSlots.enter(
      atMost: self.resources.configuration.statementQueueWait
    )
    defer { self.resources.ingestionSlots.leave() }
    return try await self.onConnection(in: transaction, cancellation: cancellation) { connection in
      try await connection.ingest(stream, into: target, cancellation)
    }
  }
}
