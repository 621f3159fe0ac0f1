import DequeModule
package import GRPCCore
package import NIOCore
import Synchronization

/// A response's parts on their way from the handler to the event loop.
///
/// A writer is suspended while more than the high water mark waits for the client, and goes on
/// below the low one; when the stream has ended, waiting and later writes throw.
package final class ResponseWriter: ClosableRPCWriterProtocol {
  package typealias Element = RPCResponsePart<Rope>

  private enum Phase {
    case open
    case finished
    case failed(RPCError)
  }

  private struct State {
    var parts: Deque<Element> = []
    var queuedByteCount = 0
    var isWakeScheduled = false
    var phase = Phase.open
    var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var lastWaiterID: UInt64 = 0
  }

  /// How the event loop is to learn of a part.
  private enum Wake {
    case none
    /// At the end of the loop's turn, so that parts written in one go leave in one flush.
    case soon
    /// Before `write` returns, if this is the event loop's thread.
    case now
  }

  /// What a message costs besides its bytes, so that floods of empty ones are counted too.
  private static let messageOverheadByteCount = 128

  private let limits: HTTP2ServerTransport.Configuration.Stream
  private let messageByteLimit: Int
  private let isUnary: Bool
  private let eventLoop: any EventLoop
  private let pump: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameter pump: Takes parts with `next()`; always called on `eventLoop`.
  package init(
    limits: HTTP2ServerTransport.Configuration.Stream,
    messageByteLimit: Int,
    isUnary: Bool,
    eventLoop: any EventLoop,
    pump: @escaping @Sendable () -> Void
  ) {
    self.limits = limits
    self.messageByteLimit = messageByteLimit
    self.isUnary = isUnary
    self.eventLoop = eventLoop
    self.pump = pump
  }
}

// MARK: - Handler's side

extension ResponseWriter {
  package func write(_ part: Element) async throws {
    if case .message(let message) = part, message.count > messageByteLimit {
      throw RPCError(
        code: .resourceExhausted,
        message: """
          A response message of \(message.count) bytes is larger than the limit of \
          \(messageByteLimit) bytes.
          """
      )
    }
    let wake = try state.withLock { try enqueue(part, in: &$0) }
    perform(wake)
    if state.withLock({ $0.queuedByteCount > limits.responseHighWaterMark }) {
      try await waitForRoom()
    }
  }

  package func write(contentsOf parts: some Sequence<Element>) async throws {
    for part in parts { try await write(part) }
  }

  package func finish() async {
    let status = Status(code: .unknown, message: "The call ended without a status.")
    let wake = state.withLock { state -> Wake in
      guard case .open = state.phase else { return .none }
      return append(.status(status, [:]), to: &state)
    }
    perform(wake)
  }

  package func finish(throwing error: any Error) async {
    await finish()
  }

  private func perform(_ wake: Wake) {
    switch wake {
    case .none: break
    case .now where eventLoop.inEventLoop: pump()
    case .now, .soon: eventLoop.execute(pump)
    }
  }

  private func enqueue(_ part: Element, in state: inout State) throws -> Wake {
    switch state.phase {
    case .open: break
    case .finished:
      throw RPCError(code: .failedPrecondition, message: "The response has ended already.")
    case .failed(let error): throw error
    }
    return append(part, to: &state)
  }

  private func append(_ part: Element, to state: inout State) -> Wake {
    state.parts.append(part)
    switch part {
    case .metadata: return isUnary ? .none : schedule(in: &state)
    case .message(let message):
      state.queuedByteCount += message.count + Self.messageOverheadByteCount
      if state.queuedByteCount >= limits.flushByteCount { return scheduleNow(in: &state) }
      return isUnary ? .none : schedule(in: &state)
    case .status:
      state.phase = .finished
      return scheduleNow(in: &state)
    }
  }

  private func schedule(in state: inout State) -> Wake {
    guard !state.isWakeScheduled else { return .none }
    state.isWakeScheduled = true
    return .soon
  }

  private func scheduleNow(in state: inout State) -> Wake {
    if eventLoop.inEventLoop { return .now }
    guard !state.isWakeScheduled else { return .none }
    state.isWakeScheduled = true
    return .now
  }

  private func waitForRoom() async throws {
    let id = state.withLock { state in
      state.lastWaiterID += 1
      return state.lastWaiterID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result = state.withLock { state -> Result<Void, any Error>? in
          if case .failed(let error) = state.phase { return .failure(error) }
          if state.queuedByteCount <= limits.responseLowWaterMark { return .success(()) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiters[id] = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
      waiter?.resume(throwing: CancellationError())
    }
  }
}

// MARK: - Event loop's side

extension ResponseWriter {
  /// The next part to send; nil ends the pump's turn, and the next write wakes it again.
  package func next() -> Element? {
    let (part, waiters) = state.withLock {
      state -> (Element?, [CheckedContinuation<Void, any Error>]) in
      guard let part = state.parts.popFirst() else {
        state.isWakeScheduled = false
        return (nil, [])
      }
      guard case .message(let message) = part else { return (part, []) }
      state.queuedByteCount -= message.count + Self.messageOverheadByteCount
      guard !state.waiters.isEmpty, state.queuedByteCount <= limits.responseLowWaterMark else {
        return (part, [])
      }
      defer { state.waiters.removeAll() }
      return (part, Array(state.waiters.values))
    }
    for waiter in waiters { waiter.resume() }
    return part
  }

  /// Drops what is queued; waiting and later writes throw `error`.
  package func fail(_ error: RPCError) {
    let waiters = state.withLock { state in
      state.phase = .failed(error)
      state.parts.removeAll()
      state.queuedByteCount = 0
      defer { state.waiters.removeAll() }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(throwing: error) }
  }
}
