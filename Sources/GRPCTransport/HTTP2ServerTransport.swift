package import GRPCCore
package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// GRPCCore's server transport over HTTP/2.
package final class HTTP2ServerTransport: ServerTransport {
  package typealias Bytes = Rope

  enum State {
    case idle
    case bound(any Channel)
    case listening(any Channel)
    case stopped
  }

  package let address: ListeningAddress
  package let configuration: Configuration
  let eventLoopGroup: any EventLoopGroup
  let logger: Logger
  let registry: ConnectionRegistry
  let budget: RequestBudget
  let state = Mutex(State.idle)
  private let directMethods: [DirectMethod]
  let methods = Mutex(MethodTable([]))

  /// What is served, set before the first connection is accepted.
  let served = Mutex<ServedMethods?>(nil)

  /// Makes a transport that binds nothing until `bind()` or `listen` is called.
  ///
  /// - Parameter directMethods: Those that are answered without GRPCCore's dispatch.
  package init(
    address: ListeningAddress,
    configuration: Configuration = Configuration(),
    directMethods: [DirectMethod] = [],
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger = Logger(label: "grpc-transport", factory: { _ in SwiftLogNoOpLogHandler() })
  ) {
    self.address = address
    self.configuration = configuration
    self.directMethods = directMethods
    self.eventLoopGroup = eventLoopGroup
    self.logger = logger
    registry = ConnectionRegistry(
      connectionLimit: configuration.listener.maximumConnectionCount,
      replacesStrangers: configuration.listener.replacesStrangers
    )
    budget = RequestBudget(limit: configuration.listener.maximumBufferedRequestByteCount)
  }

  package func configure(context: GRPCServerContext) {
    methods.withLock { methods in
      methods = MethodTable(
        context.methods,
        direct: directMethods,
        messageByteLimits: configuration.messages.maximumReceivedByteCounts
      )
    }
  }

  /// Serves until the transport is shut down and every call has ended.
  ///
  /// Cancelling the task cancels all calls and cuts all connections.
  package func listen(
    streamHandler:
      @escaping @Sendable @concurrent (
        _ stream: RPCStream<Inbound, Outbound>,
        _ context: ServerContext
      ) async -> Void
  ) async throws {
    // A shutdown that came before leaves nothing to serve.
    if case .stopped = state.withLock({ $0 }) { return }
    let methods = methods.withLock { $0 }
    served.withLock { $0 = ServedMethods(methods: methods, handler: streamHandler) }
    _ = try await bind()
    guard let channel = try startListening() else { return }
    try await withTaskCancellationHandler {
      // The socket may have been closed by a shutdown already, which is no error.
      channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
      try await channel.closeFuture.get()
      let isStopped = if case .stopped = state.withLock({ $0 }) { true } else { false }
      if !isStopped { abort() }
      await registry.waitUntilIdle()
      guard isStopped
      else {
        throw TransportError(code: .listenerLost, message: "The listening socket has failed.")
      }
    } onCancel: {
      abort()
    }
  }

  /// Tells clients to go away and lets running calls end, for as long as the grace period says.
  package func beginGracefulShutdown() {
    guard let channel = stop() else { return }
    channel.close(promise: nil)
    registry.forEach { $0.drain() }
    guard let gracePeriod = configuration.shutdown.gracePeriod else { return }
    let closePeriod = configuration.shutdown.closePeriod
    let eventLoop = eventLoopGroup.any()
    eventLoop.scheduleTask(in: gracePeriod) { self.cancelAllStreams() }
    eventLoop.scheduleTask(in: gracePeriod + closePeriod) {
      self.registry.forEach { $0.close(because: "the grace period has passed") }
    }
  }

  /// Ends every running call now with UNAVAILABLE and cancels its handler.
  package func cancelAllStreams() {
    registry.forEach {
      $0.failStreams(RPCError(code: .unavailable, message: "The server is shutting down."))
    }
  }

  private func abort() {
    let channel = stop()
    channel?.close(promise: nil)
    registry.forEach { handler in
      handler.failStreams(RPCError(code: .unavailable, message: "The server has stopped."))
      handler.close(because: "the server has stopped")
    }
  }

  /// Moves to `stopped`; returns the listening socket the first time.
  private func stop() -> (any Channel)? {
    registry.beginShutdown()
    return state.withLock { state in
      defer { state = .stopped }
      switch state {
      case .bound(let channel), .listening(let channel): return channel
      case .idle, .stopped: return nil
      }
    }
  }

  /// Moves to `listening`; nil if the transport was stopped before.
  private func startListening() throws -> (any Channel)? {
    try state.withLock { state in
      switch state {
      case .bound(let channel):
        state = .listening(channel)
        return channel
      case .stopped: return nil
      case .idle, .listening:
        throw TransportError(code: .invalidState, message: "The transport listens already.")
      }
    }
  }
}
