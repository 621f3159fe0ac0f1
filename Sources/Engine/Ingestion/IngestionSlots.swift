internal import DequeModule
internal import Synchronization

/// Limits how many ingestions are at work; the others wait in line, without a thread.
final class IngestionSlots: Sendable {
  private struct State {
    var freeCount: Int
    var lastTicket = 0
    var line: Deque<(ticket: Int, continuation: CheckedContinuation<Void, any Error>)> = []
  }

  private let state: Mutex<State>

  init(count: Int) {
    self.state = Mutex(State(freeCount: count))
  }

  /// Waits for a slot; leaves the line when the task is cancelled.
  ///
  /// - Parameter waitLimit: How long it waits at most.
  func enter(atMost waitLimit: Duration?) async throws {
    let ticket = self.state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    let start = ContinuousClock.now
    let timer = waitLimit.map { limit in
      Task {
        try await Task.sleep(for: limit)
        self.leaveLine(ticket, because: .queueWaitExceeded(limit))
      }
    }
    defer { timer?.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome: Result<Void, any Error>? = self.state.withLock { state in
          if Task.isCancelled { return .failure(EngineError.cancelled) }
          guard state.freeCount == 0 else {
            state.freeCount -= 1
            return .success(())
          }
          // The timer has found nobody in line.
          if let waitLimit, .now - start >= waitLimit {
            return .failure(EngineError.queueWaitExceeded(waitLimit))
          }
          state.line.append((ticket, continuation))
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      self.leaveLine(ticket, because: .cancelled)
    }
  }

  private func leaveLine(_ ticket: Int, because error: EngineError) {
    let waiting = self.state.withLock { state in
      let index = state.line.firstIndex { $0.ticket == ticket }
      return index.map { state.line.remove(at: $0).continuation }
    }
    waiting?.resume(throwing: error)
  }

  /// To be called once for each ``enter(atMost:)`` that succeeded.
  func leave() {
    let next = self.state.withLock { state in
      guard let next = state.line.popFirst() else {
        state.freeCount += 1
        return nil as CheckedContinuation<Void, any Error>?
      }
      return next.continuation
    }
    next?.resume()
  }
}
