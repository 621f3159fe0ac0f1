import GRPCCore
package import NIOCore
import NIOHTTP2
import NIOPosix
import Synchronization

extension HTTP2ServerTransport {
  /// Binds the listening socket, if that hasn't been done, and returns its real address.
  ///
  /// Clients that connect before `listen` is called wait in the kernel's backlog.
  package func bind() async throws -> SocketAddress {
    switch state.withLock({ $0 }) {
    case .bound(let channel), .listening(let channel): return try boundAddress(of: channel)
    case .stopped:
      throw TransportError(code: .invalidState, message: "The transport was shut down.")
    case .idle: break
    }
    let channel: any Channel
    do {
      channel = try await bindChannel()
    } catch {
      throw TransportError(binding: address, error)
    }
    let isFirst = state.withLock { state in
      guard case .idle = state else { return false }
      state = .bound(channel)
      return true
    }
    guard isFirst else {
      try await channel.close()
      throw TransportError(
        code: .invalidState,
        message: "The transport was bound or shut down meanwhile."
      )
    }
    return try boundAddress(of: channel)
  }

  private func boundAddress(of channel: any Channel) throws -> SocketAddress {
    guard let address = channel.localAddress else {
      throw TransportError(code: .bindFailed, message: "\(address) has no local address.")
    }
    return address
  }

  private func bindChannel() async throws -> any Channel {
    switch address {
    case .host(let host, let port):
      return try await bootstrap(isTCP: true).bind(host: host, port: port).get()
    case .unixSocket(let path):
      let bootstrap = bootstrap(isTCP: false)
      do {
        return try await bootstrap.bind(unixDomainSocketPath: path).get()
      } catch let error as IOError where error.errnoCode == EADDRINUSE {
        guard await isAbandoned(socketPath: path) else { throw error }
        return try await bootstrap.bind(
          unixDomainSocketPath: path,
          cleanupExistingSocketFile: true
        ).get()
      }
    }
  }

  private func isAbandoned(socketPath: String) async -> Bool {
    do {
      let channel = try await ClientBootstrap(group: eventLoopGroup)
        .connect(unixDomainSocketPath: socketPath).get()
      channel.close(promise: nil)
      return false
    } catch {
      // All else may happen to the socket of a server that is there.
      let code = (error as? IOError)?.errnoCode
      return code == ECONNREFUSED || code == ENOENT
    }
  }

  private func bootstrap(isTCP: Bool) -> ServerBootstrap {
    var bootstrap = ServerBootstrap(group: eventLoopGroup)
      .serverChannelOption(.backlog, value: configuration.listener.backlog)
      .serverChannelOption(.autoRead, value: false)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            AcceptPauseHandler(logger: self.logger)
          )
        }
      }
      .childChannelOption(.writeBufferWaterMark, value: socketWaterMark)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.configureConnection(channel) }
      }
    if isTCP {
      bootstrap =
        bootstrap
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.socketOption(.so_keepalive), value: 1)
    }
    return bootstrap
  }
}
