package import Engine

extension ServerConfiguration {
  /// Opens the engine for work that no client asks for, and closes it afterwards.
  ///
  /// Tokens of Azure are got, and renewed meanwhile, as they are for clients.
  package func withEngine<Value: Sendable>(
    _ work: (Engine) async throws -> Value
  ) async throws -> Value {
    let logs = Logs(self.logging)
    defer { logs.output.flush() }
    var configuration = self.engine
    let tokens = LakeTokens(self, logger: logs.logger(.azure))
    try await tokens?.fetch(for: &configuration.lake)
    let engine = try Engine(configuration)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      if let tokens {
        group.addTask { try await tokens.run(for: engine) }
      }
      defer { group.cancelAll() }
      let value = try await work(engine)
      try await engine.close()
      return value
    }
  }
}
