internal import Auth
internal import Engine
internal import GRPCCore
internal import GRPCTransport
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import UnixSignals

/// Puts the parts together and runs them until the process is told to stop.
package struct LakehouseServer: Sendable {
  package static let version = "0.1.0"

  private static let housekeepingInterval = Duration.seconds(5)
  /// Signals that come this soon after the first are the same order: shells and `timeout` give it to
  /// the process and to its group, terminals once more.
  private static let signalRepetitionInterval = Duration.milliseconds(500)
  /// How long a statement may take to end once it was told to.
  private static let overdueInterval = Duration.seconds(5)

  private let configuration: ServerConfiguration
  private let engine: Engine
  private let transport: HTTP2ServerTransport
  private let server: GRPCServer<HTTP2ServerTransport>
  private let logs: Logs
  private let logger: Logger
  private let tls: TLSContext?
  private let health: HealthMonitor
  private let authenticator: Authenticator
  private let tokens: LakeTokens?

  /// Opens the database.
  ///
  /// Blocks until it is open and the initial SQL has run.
  ///
  /// - Parameters:
  ///   - tokens: Those in the configuration, and the next ones.
  ///   - authenticator: Decides who is let in.
  ///   - health: Is told how the server is.
  init(
    _ configuration: ServerConfiguration,
    tokens: LakeTokens?,
    authenticator: Authenticator,
    health: HealthMonitor,
    logs: Logs
  ) throws {
    let logger = logs.logger(.server)
    // Before the database, so that a wrong file is told at once.
    let tls = try configuration.tls.map { try TLSContext($0, logger: logger) }
    var engineConfiguration = configuration.engine
    engineConfiguration.initialSQL = try configuration.initialTexts()
    let engine = try Engine(engineConfiguration)
    if engine.hasNewLakeAmongFiles {
      logger.warning(
        "the lake is new and empty, but its folder holds Parquet files: is its catalog the right one?"
      )
    }
    if engineConfiguration.lake.isCatalogInSQLite {
      logger.warning(
        "the lake's catalog is in SQLite, which is for one client at a time: beside changes queries may see wrong rows"
      )
    }
    // Clients learn no path of the server, and the log none of their errors.
    if !engineConfiguration.hasTemporaryDirectory {
      logger.warning(
        "the temporary folder '\(engineConfiguration.temporaryDirectory)' (TMPDIR) can't be written to: what doesn't fit into memory will fail"
      )
    }
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
    self.health = health
    self.authenticator = authenticator
    self.tokens = tokens
    let service = FlightService(
      engine: engine,
      authenticator: authenticator,
      ticketSeal: configuration.ticketSeal,
      log: logs.statements
    )
    self.transport = HTTP2ServerTransport(
      address: ListeningAddress(host: configuration.effectiveHost, port: configuration.port),
      configuration: settings,
      directMethods: service.directMethods(log: access),
      logger: logs.logger(.transport)
    )
    self.server = GRPCServer(
      transport: self.transport,
      services: [service],
      interceptors: [CallInterceptor(log: access)]
    )
  }

  /// `nil` where nobody asked for it.
  private var maintenanceSchedule: MaintenanceSchedule? {
    guard let maintenance = self.engine.maintenance,
      let interval = self.configuration.engine.lake.maintenance.interval
    else { return nil }
    return MaintenanceSchedule(
      maintenance: maintenance,
      interval: interval,
      logger: self.logs.logger(.engine)
    )
  }

  /// Says at every start who can reach the server, if that needs saying.
  private static func warnOfReach(_ configuration: ServerConfiguration, _ logger: Logger) {
    if !configuration.auth.isEnabled {
      if configuration.isReachableByOthers {
        logger.warning(
          "insecure: anyone who reaches this server may do anything with its data (--insecure)"
        )
      } else if configuration.host == nil {
        logger.notice("no password is set: only this machine can reach the server")
      }
      if !configuration.auth.secretKey.isEmpty {
        logger.warning("a secret key alone asks nobody who they are: set a password, too")
      }
    } else if configuration.isReachableByOthers, configuration.tls == nil {
      logger.warning(
        "passwords and tokens travel unencrypted, unless a proxy in front encrypts: set --tls-cert"
      )
    }
  }

  private func bind() async throws -> SocketAddress {
    do {
      return try await self.transport.bind()
    } catch let error as TransportError {
      throw ConfigurationError("--host, --port: \(error.message)")
    }
  }

  /// Serves until one of ``UnixSignal/ending``, then lets running statements end.
  ///
  /// - Parameter onReady: Gets the URI of the server once clients can connect.
  /// - Parameter onRest: Runs once nothing has been asked for some seconds; it may block.
  /// - Parameter onForcedEnd: Ends the process at once: at a later signal, or when what should have
  ///   ended by now goes on.
  func run(
    onReady: @Sendable (String) -> Void,
    onRest: @escaping @Sendable () -> Void,
    onForcedEnd: @escaping @Sendable () -> Never
  ) async throws {
    let signals = await UnixSignalsSequence(trapping: UnixSignal.ending)
    let probe = HealthProbe(
      HealthCheck.checks(of: self.engine, self.tokens),
      configuration: self.configuration.health,
      monitor: self.health
    )
    if self.configuration.health.isEnabled { await probe.look() }
    let address = try await self.bind()
    self.health.open()
    Self.warnOfReach(self.configuration, self.logger)
    onReady(address.uri(isEncrypted: self.tls != nil))
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in ends {
          try await Task.sleep(for: self.configuration.shutdownGrace)
          // Statements have been told to end; a database that is being closed may take its time.
          repeat {
            try await Task.sleep(for: Self.overdueInterval)
          } while self.engine.activity.activeStatementCount == 0
          // DuckDB looks at neither flags nor interrupts while it computes one value.
          self.logger.error("a statement can't be interrupted: the server ends without it")
          self.logs.output.flush()
          onForcedEnd()
        }
      }
      group.addTask {
        var stoppingSince: ContinuousClock.Instant?
        for await signal in signals {
          if let stoppingSince {
            guard .now - stoppingSince > Self.signalRepetitionInterval else { continue }
            self.logs.output.flush()
            onForcedEnd()
          }
          stoppingSince = .now
          self.logger.info("\(signal): draining")
          self.health.drain()
          self.engine.maintenance?.stop()
          self.server.beginGracefulShutdown()
          end.yield()
        }
      }
      group.addTask {
        var idleWatch = IdleWatch()
        while true {
          try await Task.sleep(for: Self.housekeepingInterval)
          self.engine.removeExpired()
          self.tls?.reloadIfChanged()
          if idleWatch.comesToRest(self.engine.activity) {
            try await NIOThreadPool.singleton.runIfActive {
              self.engine.rest()
              onRest()
            }
          }
        }
      }
      group.addTask {
        while true {
          try await Task.sleep(for: Self.housekeepingInterval)
          await self.engine.expireTransactions()
        }
      }
      if self.configuration.health.isEnabled {
        group.addTask { try await probe.run() }
      }
      group.addTask { try await self.authenticator.maintain() }
      if let tokens {
        group.addTask { try await tokens.run(for: self.engine) }
      }
      group.addTask { try await self.engine.fileCache.maintain() }
      if let schedule = self.maintenanceSchedule {
        group.addTask { try await schedule.run() }
      }
      group.addTask {
        await self.engine.waitForInvalidation()
        guard self.engine.isInvalidated else { return }
        self.logger.critical("DuckDB can't go on after a fatal error: the server ends")
        self.health.drain()
        self.server.beginGracefulShutdown()
        end.yield()
      }
      defer { group.cancelAll() }
      var failure: (any Error)?
      do {
        try await self.server.serveUntilShutdown()
      } catch {
        failure = error
      }
      guard !self.engine.isInvalidated else { throw EngineError.invalidated }
      try await self.engine.close()
      try await self.authenticator.close()
      if let failure { throw failure }
    }
  }
}
