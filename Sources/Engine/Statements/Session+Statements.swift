package import ArrowIPC

extension Session {
  /// The columns of a statement's result, without running it.
  ///
  /// - Parameter transaction: The one it names; otherwise it joins the session's, if one is open.
  package func describe(
    _ sql: String,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> Schema {
    try await self.onConnection(in: transaction, cancellation: cancellation) { connection in
      try await connection.describe(sql, cancellation: cancellation).0.schema
    }
  }

  /// Announces the result of a text.
  ///
  /// What writes or has no result set has run when this returns, exactly once; a query runs when
  /// its ticket is fetched.
  package func announce(
    _ sql: String,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> AnnouncedResult {
    if transaction == nil { self.shared.forgetLostTransaction() }
    guard transaction == nil, let context = self.recentContext(for: sql) else {
      let execution = try await self.onConnection(
        in: transaction,
        running: sql,
        cancellation: cancellation
      ) {
        try await $0.run(sql, cancellation: cancellation)
      }
      return try self.announce(execution)
    }
    let known = self.recentKnowledge(of: sql, in: context)
    if case .lasting(let compiled, let schema) = known {
      return try self.announce(.query(compiled, schema))
    }
    let isRepeated = known?.isSeen ?? false
    let execution = try await self.onConnection(running: sql, cancellation: cancellation) {
      try await $0.run(sql, isRepeated: isRepeated, cancellation: cancellation)
    }
    if case .query(let compiled, let schema) = execution {
      self.noteRecent(compiled, schema, after: known, in: context)
    }
    return try self.announce(execution)
  }

  /// Runs every statement of a text to its end.
  ///
  /// - Returns: The rows changed by the last one; 0 if it doesn't change rows, -1 for a query.
  package func update(
    _ sql: String,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> Int {
    if transaction == nil { self.shared.forgetLostTransaction() }
    return try await self.onConnection(in: transaction, running: sql, cancellation: cancellation) {
      connection in
      try await connection.update(sql, cancellation: cancellation).rowsChanged
    }
  }

  func announce(_ execution: Execution) throws(EngineError) -> AnnouncedResult {
    switch execution {
    case .query(let compiled, let schema):
      var announced = try self.announce(
        ResultStream(query: compiled, schema: schema, session: self)
      )
      announced.portable = self.portable(compiled)
      return announced
    case .completed(let completion):
      return try self.announce(ResultStream(completion: completion, session: self))
    }
  }

  func announce(_ stream: ResultStream) throws(EngineError) -> AnnouncedResult {
    let handle = self.resources.unfetched.insert(stream)
    // A session that was closed meanwhile has let go of what it announced before.
    guard !self.isClosed else {
      self.resources.unfetched.removeAll(of: self)
      throw .sessionClosed
    }
    return AnnouncedResult(handle: handle, number: stream.number, schema: stream.schema)
  }
}
