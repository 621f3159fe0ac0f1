import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Serves the double on a port, encrypted or not.
struct HTTPListener {
  let cloud: Cloud
  let limits: RequestLimits

  /// - Parameter port: 0 lets the system pick one.
  func bind(host: String, port: Int, tls: NIOSSLContext?) async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.configure(channel, tls) }
      }
      .bind(host: host, port: port).get()
  }

  private func configure(_ channel: any Channel, _ tls: NIOSSLContext?) throws {
    let pipeline = channel.pipeline.syncOperations
    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
    try pipeline.configureHTTPServerPipeline()
    try pipeline.addHandler(
      HTTPHandler(self.cloud, isEncrypted: tls != nil, limits: self.limits)
    )
  }
}
