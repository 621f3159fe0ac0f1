internal import GRPCTransport
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Serves `/livez` and `/readyz` over HTTP/1.1.
final class HealthHTTPListener: Sendable {
  private static let backlog: Int32 = 256
  private static let headerFieldByteLimit = 8 << 10
  private static let headerByteLimit = 16 << 10
  private static let headerFieldLimit = 100

  private let address: ListeningAddress
  private let monitor: HealthMonitor
  private let connections: Mutex<HealthHTTPConnections>
  private let channel = Mutex<(any Channel)?>(nil)

  init(address: ListeningAddress, connectionLimit: Int, monitor: HealthMonitor) {
    self.address = address
    self.monitor = monitor
    self.connections = Mutex(HealthHTTPConnections(limit: connectionLimit))
  }

  /// Begins to serve, and returns the real address.
  func bind() async throws(TransportError) -> SocketAddress {
    let channel: any Channel
    do {
      channel =
        switch self.address {
        case .host(let host, let port): try await self.bootstrap.bind(host: host, port: port).get()
        case .unixSocket: throw SocketAddressError.unsupported
        }
    } catch {
      throw TransportError(binding: self.address, error)
    }
    self.channel.withLock { $0 = channel }
    guard let bound = channel.localAddress else {
      throw TransportError(code: .bindFailed, message: "\(self.address) has no local address.")
    }
    return bound
  }

  func close() {
    self.channel.withLock { $0.take() }?.close(promise: nil)
    for channel in self.connections.withLock({ $0.removeAll() }) { channel.close(promise: nil) }
  }

  private var bootstrap: ServerBootstrap {
    ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler())
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.configure(channel) }
      }
  }

  private func configure(_ channel: any Channel) throws {
    let (number, displaced) = self.connections.withLock { $0.add(channel) }
    displaced?.close(promise: nil)
    channel.closeFuture.whenComplete { _ in
      self.connections.withLock { $0.remove(number) }
    }
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = Self.headerFieldByteLimit
    limits.maxHeaderListSize = Self.headerByteLimit
    limits.maxHeaderFieldCount = Self.headerFieldLimit
    let pipeline = channel.pipeline.syncOperations
    try pipeline.configureHTTPServerPipeline(
      withEncoderConfiguration: .init(),
      withDecoderLimitConfiguration: limits
    )
    try pipeline.addHandler(HealthHTTPHandler(monitor: self.monitor))
  }
}
