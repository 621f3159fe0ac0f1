import GRPCCore
import NIOCore
import Synchronization

/// What the streams of one connection share.
final class ConnectionContext: Sendable {
  typealias Handler =
    @Sendable @concurrent (
      RPCStream<HTTP2ServerTransport.Inbound, HTTP2ServerTransport.Outbound>, ServerContext
    ) async -> Void

  let configuration: HTTP2ServerTransport.Configuration
  let methods: MethodTable
  let handler: Handler
  let info: ConnectionInfo
  let eventLoop: any EventLoop
  let executor: EventLoopTaskExecutor
  let budget: RequestBudget
  private let registry: ConnectionRegistry
  private let runningCallCount = Atomic<Int>(0)

  init(
    service: ServedMethods,
    configuration: HTTP2ServerTransport.Configuration,
    info: ConnectionInfo,
    eventLoop: any EventLoop,
    registry: ConnectionRegistry,
    budget: RequestBudget
  ) {
    self.configuration = configuration
    self.methods = service.methods
    self.handler = service.handler
    self.info = info
    self.eventLoop = eventLoop
    self.executor = EventLoopTaskExecutor(eventLoop)
    self.budget = RequestBudget(
      limit: configuration.connection.maximumBufferedRequestByteCount,
      within: budget,
      allowance: configuration.connection.guaranteedRequestByteCount
    )
    self.registry = registry
  }

  /// Counts a call in, unless the connection has too many at work.
  func beginCall() -> Bool {
    let count = runningCallCount.wrappingAdd(1, ordering: .relaxed).newValue
    guard count <= configuration.connection.maximumRunningCallCount else {
      runningCallCount.wrappingSubtract(1, ordering: .relaxed)
      return false
    }
    registry.beginCall()
    return true
  }

  func endCall() {
    runningCallCount.wrappingSubtract(1, ordering: .relaxed)
    registry.endCall()
  }
}
