internal import Auth
internal import Engine
internal import Logging
internal import NIOPosix

extension LakehouseServer {
  /// Serves until one of ``UnixSignal/ending``, then lets running statements end.
  ///
  /// Health checks are answered all the while, from before the database is opened until after it
  /// is closed.
  ///
  /// - Parameter warnings: What the log begins with.
  /// - Parameter onReady: Gets the URI of the server once clients can connect.
  /// - Parameter onRest: Runs once nothing has been asked for some seconds; it may block.
  /// - Parameter onForcedEnd: Ends the process at once: at a later signal, or when what should have
  ///   ended by now goes on.
  package static func serve(
    _ configuration: ServerConfiguration,
    warnings: [String] = [],
    onReady: @Sendable (String) -> Void,
    onRest: @escaping @Sendable () -> Void,
    onForcedEnd: @escaping @Sendable () -> Never
  ) async throws {
    let logs = Logs(configuration.logging)
    // What was logged last is to be read too, whichever way this ends.
    defer { logs.output.flush() }
    let logger = logs.logger(.server)
    for warning in warnings { logger.warning("\(warning)") }
    let authenticator = try await Authenticator(
      configuration.auth,
      logger: logs.logger(.auth)
    )
    let monitor = HealthMonitor(logger: logger)
    let endpoints: HealthEndpoints? =
      configuration.health.isEnabled
      ? HealthEndpoints(configuration, monitor: monitor, logger: logger) : nil
    try await endpoints?.bind()
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { endpoints?.stop() }
      if let endpoints {
        group.addTask { try await endpoints.serve() }
      }
      var configuration = configuration
      let tokens = LakeTokens(configuration, logger: logs.logger(.azure))
      try await tokens?.fetch(for: &configuration.engine.lake)
      let known = configuration
      // Opening a database takes its time, and health is asked for meanwhile.
      let server = try await NIOThreadPool.singleton.runIfActive {
        try LakehouseServer(
          known,
          tokens: tokens,
          authenticator: authenticator,
          health: monitor,
          logs: logs
        )
      }
      try await server.run(onReady: onReady, onRest: onRest, onForcedEnd: onForcedEnd)
      endpoints?.stop()
      try await group.waitForAll()
    }
  }
}
