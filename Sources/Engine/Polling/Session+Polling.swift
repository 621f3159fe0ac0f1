extension Session {
  /// Runs a text on its own, as ``announce(_:in:cancellation:)`` and a fetch would.
  package func poll(
    _ sql: String,
    in transaction: Handle? = nil
  ) throws -> PolledStatement {
    try self.poll { try await self.announce(sql, in: transaction, cancellation: $0) }
  }

  /// Runs a prepared statement on its own.
  package func poll(prepared handle: Handle) throws -> PolledStatement {
    _ = try self.prepared(handle)
    return try self.poll { try await self.announce(prepared: handle, cancellation: $0) }
  }

  private func poll(
    _ announce: @escaping @Sendable (Cancellation) async throws -> AnnouncedResult
  ) throws -> PolledStatement {
    let statement = PolledStatement(session: self)
    try self.resources.polled.insert(statement)
    // A session that was closed meanwhile has let go of its statements before.
    guard !self.isClosed else {
      self.resources.polled.remove(statement.handle)
      throw EngineError.sessionClosed
    }
    // It outlives the call that starts it: the registry ends it if its client doesn't come back.
    Task { await statement.run(announce) }
    return statement
  }
}
