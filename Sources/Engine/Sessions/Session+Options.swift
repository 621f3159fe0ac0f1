extension Session {
  /// The option for ``statementTimeout``, in seconds; 0 is none.
  private static let timeoutOption = "statement_timeout"

  /// Sets options of the session: `catalog`, `schema`, `statement_timeout` and DuckDB's settings by
  /// their names.
  ///
  /// - Parameter options: `nil` sets one back to its default. Texts are accepted for every type.
  /// - Returns: The options that were not set, each with the reason.
  package func set(
    _ options: [String: SessionOption?],
    cancellation: Cancellation
  ) async throws -> [String: SessionOptionError] {
    var options = options
    var timeoutError: SessionOptionError?
    if let option = options.removeValue(forKey: Self.timeoutOption) {
      timeoutError = self.setStatementTimeout(to: option)
      if options.isEmpty { return timeoutError.map { [Self.timeoutOption: $0] } ?? [:] }
    }
    var errors = try await self.onConnection(cancellation: cancellation) { [options] connection in
      try await connection.set(options, cancellation: cancellation)
    }
    errors[Self.timeoutOption] = timeoutError
    return errors
  }

  /// Every option of the session with its present value.
  package func options(cancellation: Cancellation) async throws -> [String: SessionOption] {
    var options = try await self.onConnection(cancellation: cancellation) { connection in
      try await connection.options(cancellation: cancellation)
    }
    options[Self.timeoutOption] = .number(self.statementTimeout.map { $0 / .seconds(1) } ?? 0)
    return options
  }

  private func setStatementTimeout(to option: SessionOption?) -> SessionOptionError? {
    guard let option else {
      self.statementTimeout = self.resources.configuration.statementTimeout
      return nil
    }
    guard let seconds = option.seconds, let timeout = EngineConfiguration.timeout(seconds: seconds)
    else { return .invalidValue }
    self.statementTimeout = timeout > .zero ? timeout : nil
    return nil
  }
}

extension SessionOption {
  fileprivate var seconds: Double? {
    switch self {
    case .text(let text): Double(text)
    case .integer(let value): Double(value)
    case .number(let value): value
    case .boolean, .texts: nil
    }
  }
}
