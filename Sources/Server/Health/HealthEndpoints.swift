internal import GRPCCore
internal import GRPCTransport
internal import Logging
internal import NIOCore

/// Answers health checks over gRPC and over HTTP, to anybody and unencrypted.
struct HealthEndpoints: Sendable {
  private static let loopbackHost = "127.0.0.1"
  private static let connectionLimit = 1_000
  private static let messageByteLimit = 4 << 10
  private static let headerByteLimit = 16 << 10
  private static let streamsPerConnection = 16

  private let monitor: HealthMonitor
  private let transport: HTTP2ServerTransport
  private let server: GRPCServer<HTTP2ServerTransport>
  private let listener: HealthHTTPListener
  private let logger: Logger

  init(_ configuration: ServerConfiguration, monitor: HealthMonitor, logger: Logger) {
    let health = configuration.health
    var host = health.host ?? configuration.effectiveHost
    if case .unixSocket = ListeningAddress(host: host, port: 0), health.host == nil {
      host = Self.loopbackHost
    }
    self.monitor = monitor
    self.logger = logger
    self.transport = HTTP2ServerTransport(
      address: ListeningAddress(host: host, port: health.port),
      configuration: Self.transportConfiguration,
      logger: logger
    )
    self.server = GRPCServer(transport: self.transport, services: [HealthService(monitor: monitor)])
    self.listener = HealthHTTPListener(
      address: ListeningAddress(host: host, port: health.httpPort),
      connectionLimit: Self.connectionLimit,
      monitor: monitor
    )
  }

  private static var transportConfiguration: HTTP2ServerTransport.Configuration {
    var settings = HTTP2ServerTransport.Configuration()
    settings.listener.maximumConnectionCount = Self.connectionLimit
    settings.connection.handshakeTimeout = .seconds(10)
    settings.connection.maximumIdleTime = .seconds(120)
    settings.connection.maximumStreamCount = Self.streamsPerConnection
    settings.connection.maximumHeaderListByteCount = Self.headerByteLimit
    settings.messages.maximumReceivedByteCount = Self.messageByteLimit
    // Those who watch are told and let go at once.
    settings.shutdown.gracePeriod = .zero
    return settings
  }

  /// Takes the ports.
  func bind() async throws {
    let grpc = try await Self.naming("health-port") { try await self.transport.bind() }
    do {
      let http = try await Self.naming("health-http-port") { try await self.listener.bind() }
      self.logger.info(
        "health checks on \(grpc.uri(scheme: "grpc")) and \(http.uri(scheme: "http"))"
      )
    } catch {
      self.stop()
      throw error
    }
  }

  /// Serves until ``stop()`` or until the task is cancelled.
  func serve() async throws {
    try await self.server.serveUntilShutdown()
  }

  func stop() {
    self.listener.close()
    self.server.beginGracefulShutdown()
  }

  /// Says which setting is to be changed where a port can't be taken.
  private static func naming<Value: Sendable>(
    _ setting: String,
    _ bind: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await bind()
    } catch let error as TransportError {
      throw ConfigurationError(
        "--\(setting): \(error.message) Choose another port or --health-host, "
          + "or go without health checks (--no-health-check-enabled)."
      )
    }
  }
}
