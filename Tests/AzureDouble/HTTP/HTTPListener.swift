import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Serves the double on a port, encrypted or not.
struct HTTPListener {
  let cloud: Cloud
  let bodyByteLimit: Int

  /// - Returns: The port, which the system picks for 0.
  func bind(host: String, port: Int, tls: NIOSSLContext?) async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.configure(channel, tls) }
      }
      .bind(host: host, port: port).get()
    return channel.localAddress?.port ?? port
  }

  private func configure(_ channel: any Channel, _ tls: NIOSSLContext?) throws {
    let pipeline = channel.pipeline.syncOperations
    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
    try pipeline.configureHTTPServerPipeline()
    try pipeline.addHandler(
      HTTPHandler(self.cloud, isEncrypted: tls != nil, bodyByteLimit: self.bodyByteLimit)
    )
  }
}
