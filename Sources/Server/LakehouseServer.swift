internal import Engine
internal import GRPCCore
internal import GRPCTransport
internal import Logging
internal import NIOCore
internal import UnixSignals

/// Puts the parts together and runs them until the process is told to stop.
package struct LakehouseServer: Sendable {
  package static let version = "0.1.0"

  private static let housekeepingInterval = Duration.seconds(5)

  private let configuration: ServerConfiguration
  private let engine: Engine
  private let transport: HTTP2ServerTransport
  private let server: GRPCServer<HTTP2ServerTransport>
  private let logs: Logs
  private let logger: Logger
  private let tls: TLSContext?

  /// Opens the database.
  ///
  /// Blocks until it is open and the initial SQL has run.
  ///
  /// - Parameter warnings: What the log begins with.
  package init(_ configuration: ServerConfiguration, warnings: [String] = []) throws {
    let logs = Logs(configuration.logging)
    let logger = logs.logger(.server)
    for warning in warnings { logger.warning("\(warning)") }
    // Before the database, so that a wrong file is told at once.
    let tls = try configuration.tls.map { try TLSContext($0, logger: logger) }
    var engineConfiguration = configuration.engine
    engineConfiguration.initialSQL = try configuration.initialTexts()
    let engine = try Engine(engineConfiguration)
    var settings = HTTP2ServerTransport.Configuration()
    settings.shutdown.gracePeriod = TimeAmount(configuration.shutdownGrace)
    settings.security = tls?.security ?? .plaintext
    settings.apply(configuration.limits)
    let access = logs.access
    settings.onRefusal = { path, connection, code in
      access.writeRefusal(path: path, peer: connection.remotePeer, code)
    }
    self.configuration = configuration
    self.engine = engine
    self.logs = logs
    self.logger = logger
    self.tls = tls
    self.transport = HTTP2ServerTransport(
      address: ListeningAddress(host: configuration.host, port: configuration.port),
      configuration: settings,
      logger: logs.logger(.transport)
    )
    self.server = GRPCServer(
      transport: self.transport,
      services: [FlightService(engine: engine, log: logs.statements)],
      interceptors: [CallInterceptor(log: access)]
    )
  }

  /// Serves until SIGTERM or SIGINT, then lets running statements end.
  ///
  /// - Parameter onReady: Gets the URI of the server once clients can connect.
  /// - Parameter onSecondSignal: Ends the process at once.
  package func run(
    onReady: @Sendable (String) -> Void,
    onSecondSignal: @escaping @Sendable () -> Never
  ) async throws {
    // What was logged last is to be read too, whichever way this ends.
    defer { self.logs.output.flush() }
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let address = try await self.transport.bind()
    onReady(address.uri(isEncrypted: self.tls != nil))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var isStopping = false
        for await signal in signals {
          guard !isStopping else {
            self.logs.output.flush()
            onSecondSignal()
          }
          isStopping = true
          self.logger.info("\(signal): draining")
          self.server.beginGracefulShutdown()
        }
      }
      group.addTask {
        while true {
          try await Task.sleep(for: Self.housekeepingInterval)
          await self.engine.removeExpired()
          self.tls?.reloadIfChanged()
        }
      }
      defer { group.cancelAll() }
      do {
        try await self.server.serve()
      } catch let error as RuntimeError where error.code == .serverIsStopped {
        // The signal came before the first client could.
      }
      try await self.engine.close()
    }
  }
}
