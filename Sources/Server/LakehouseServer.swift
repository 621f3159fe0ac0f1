internal import Engine
internal import GRPCCore
internal import GRPCTransport
internal import Logging
package import NIOCore
internal import UnixSignals

/// Puts the parts together and runs them until the process is told to stop.
package struct LakehouseServer: Sendable {
  package static let version = "0.1.0"

  private static let expiryInterval = Duration.seconds(10)

  private let configuration: ServerConfiguration
  private let engine: Engine
  private let transport: HTTP2ServerTransport
  private let server: GRPCServer<HTTP2ServerTransport>
  private let logger: Logger

  /// Opens the database.
  ///
  /// Blocks until it is open and the initial SQL has run.
  package init(_ configuration: ServerConfiguration) throws {
    var logger = Logger(label: "lakehouse", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = configuration.logLevel
    let engine = try Engine(configuration.engine)
    var settings = HTTP2ServerTransport.Configuration()
    settings.shutdown.gracePeriod = .seconds(Int64(configuration.shutdownGraceSeconds))
    self.configuration = configuration
    self.engine = engine
    self.logger = logger
    self.transport = HTTP2ServerTransport(
      address: ListeningAddress(host: configuration.host, port: configuration.port),
      configuration: settings,
      logger: logger
    )
    self.server = GRPCServer(
      transport: self.transport,
      services: [
        FlightService(
          engine: engine,
          log: StatementLog(logger: logger, printsStatements: configuration.printsStatements)
        )
      ]
    )
  }

  /// Serves until SIGTERM or SIGINT, then lets running statements end.
  ///
  /// - Parameter onReady: Gets the address once clients can connect.
  /// - Parameter onSecondSignal: Ends the process at once.
  package func run(
    onReady: @Sendable (SocketAddress) -> Void,
    onSecondSignal: @escaping @Sendable () -> Never
  ) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let address = try await self.transport.bind()
    onReady(address)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var isStopping = false
        for await signal in signals {
          guard !isStopping else { onSecondSignal() }
          isStopping = true
          self.logger.info("\(signal): draining")
          self.server.beginGracefulShutdown()
        }
      }
      group.addTask {
        while true {
          try await Task.sleep(for: Self.expiryInterval)
          await self.engine.removeExpired()
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
