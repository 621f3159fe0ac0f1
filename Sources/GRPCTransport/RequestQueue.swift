import DequeModule
package import GRPCCore
package import NIOCore
import Synchronization

/// A request's parts on their way from the event loop to the handler.
///
/// The event loop asks `pausesReading` before it takes more, and is told by `resumeReading`
/// when the handler has caught up. There is one consumer.
package final class RequestQueue: Sendable {
  package typealias Element = RPCRequestPart<Rope>

  private enum End {
    case none
    case finished
    case failed(RPCError)
  }

  private struct State {
    var parts: Deque<Element> = []
    var queuedByteCount = 0
    var end = End.none
    var isReadingPaused = false
    var waiter: CheckedContinuation<Element?, any Error>?
  }

  private enum Delivery {
    case part(Element?, resumesReading: Bool)
    case failure(any Error)
    case wait
  }

  /// Messages up to this size don't keep the receive buffer they lie in alive while they wait.
  private static let copiedByteLimit = 4 << 10

  /// What a message costs besides its bytes, so that floods of empty ones are counted too.
  private static let messageOverheadByteCount = 128

  private let highWaterMark: Int
  private let lowWaterMark: Int
  private let budget: RequestBudget
  private let resumeReading: @Sendable () -> Void
  private let state = Mutex(State())

  package init(
    highWaterMark: Int,
    lowWaterMark: Int,
    budget: RequestBudget,
    resumeReading: @escaping @Sendable () -> Void
  ) {
    self.highWaterMark = highWaterMark
    self.lowWaterMark = lowWaterMark
    self.budget = budget
    self.resumeReading = resumeReading
  }

  deinit {
    budget.release(state.withLock { $0.queuedByteCount })
  }
}

// MARK: - Producer

extension RequestQueue {
  package func enqueue(metadata: Metadata) {
    enqueue(.metadata(metadata), byteCount: 0)
  }

  package func enqueue(message: ByteBuffer) {
    enqueue(
      .message(Rope(head: message)),
      byteCount: message.readableBytes + Self.messageOverheadByteCount
    )
  }

  private func enqueue(_ part: Element, byteCount: Int) {
    let waiter = state.withLock { state -> CheckedContinuation<Element?, any Error>? in
      guard case .none = state.end else { return nil }
      if let waiter = state.waiter {
        state.waiter = nil
        return waiter
      }
      state.parts.append(state.parts.isEmpty ? part : Self.detached(part))
      state.queuedByteCount += byteCount
      budget.reserve(byteCount)
      return nil
    }
    waiter?.resume(returning: part)
  }

  private static func detached(_ part: Element) -> Element {
    guard case .message(let rope) = part, rope.count <= copiedByteLimit else { return part }
    return .message(Rope(head: ByteBuffer(bytes: rope.head.readableBytesView)))
  }

  /// Ends the request after the parts that are queued.
  package func finish() {
    end(.finished, dropsParts: false)?.resume(returning: nil)
  }

  /// Ends the request at once: the handler sees `error` next.
  package func fail(_ error: RPCError) {
    end(.failed(error), dropsParts: true)?.resume(throwing: error)
  }

  private func end(_ end: End, dropsParts: Bool) -> CheckedContinuation<Element?, any Error>? {
    state.withLock { state in
      switch (state.end, end) {
      case (.none, _), (.finished, .failed): state.end = end
      default: return nil
      }
      if dropsParts {
        state.parts.removeAll()
        budget.release(state.queuedByteCount)
        state.queuedByteCount = 0
      }
      defer { state.waiter = nil }
      return state.waiter
    }
  }

  /// Whether reading must stop; if so, `resumeReading` is called when it may go on.
  package func pausesReading() -> Bool {
    state.withLock { state in
      guard case .none = state.end else { return false }
      if state.queuedByteCount > highWaterMark { state.isReadingPaused = true }
      return state.isReadingPaused
    }
  }
}

// MARK: - Consumer

extension RequestQueue {
  /// The next part; `nil` after the last.
  func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Element? {
    switch state.withLock({ take(&$0) }) {
    case .part(let part, let resumesReading):
      if resumesReading { resumeReading() }
      return part
    case .failure(let error): throw error
    case .wait: return try await wait()
    }
  }
}

extension RequestQueue: AsyncSequence {
  package typealias Failure = any Error

  package struct Iterator: AsyncIteratorProtocol {
    package typealias Failure = any Error

    fileprivate let queue: RequestQueue

    package mutating func next() async throws -> Element? {
      try await queue.next()
    }

    package mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(any Error) -> Element? {
      try await queue.next(isolation: actor)
    }
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(queue: self)
  }

  private func take(_ state: inout State) -> Delivery {
    if let part = state.parts.popFirst() {
      if case .message(let rope) = part {
        let byteCount = rope.count + Self.messageOverheadByteCount
        state.queuedByteCount -= byteCount
        budget.release(byteCount)
      }
      guard state.isReadingPaused, state.queuedByteCount <= lowWaterMark else {
        return .part(part, resumesReading: false)
      }
      state.isReadingPaused = false
      return .part(part, resumesReading: true)
    }
    switch state.end {
    case .none: return .wait
    case .finished: return .part(nil, resumesReading: false)
    case .failed(let error): return .failure(error)
    }
  }

  private func wait(isolation actor: isolated (any Actor)? = #isolation) async throws -> Element? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let delivery = state.withLock { state -> Delivery in
          if Task.isCancelled { return .failure(CancellationError()) }
          let delivery = take(&state)
          if case .wait = delivery { state.waiter = continuation }
          return delivery
        }
        switch delivery {
        case .part(let part, let resumesReading):
          if resumesReading { resumeReading() }
          continuation.resume(returning: part)
        case .failure(let error): continuation.resume(throwing: error)
        case .wait: break
        }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume(throwing: CancellationError())
    }
  }
}
