extension Session {
  /// Sets options of the session: `catalog`, `schema` and DuckDB's settings by their names.
  ///
  /// - Parameter options: `nil` sets one back to its default. Texts are accepted for every type.
  /// - Returns: The options that were not set, each with the reason.
  package func set(
    _ options: [String: SessionOption?],
    cancellation: Cancellation
  ) async throws -> [String: SessionOptionError] {
    try await self.onConnection(cancellation: cancellation) { connection in
      try await connection.set(options, cancellation: cancellation)
    }
  }

  /// Every option of the session with its present value.
  package func options(cancellation: Cancellation) async throws -> [String: SessionOption] {
    try await self.onConnection(cancellation: cancellation) { connection in
      try await connection.options(cancellation: cancellation)
    }
  }
}
