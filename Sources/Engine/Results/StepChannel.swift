internal import DequeModule
internal import Synchronization

/// Carries the parts of one result from the worker that makes them to the task that sends them.
///
/// The worker runs ahead by a few parts and then suspends, so that neither waits for the other's
/// thread to wake up at each part. One sender, one receiver.
final class StepChannel: Sendable {
  private struct State {
    var steps: Deque<ResultStep> = []
    var failure: (any Error)?
    var isFinished = false
    var isClosed = false
    var sender: CheckedContinuation<Void, Never>?
    var receiver: CheckedContinuation<Void, Never>?

    mutating func takeSender() -> CheckedContinuation<Void, Never>? {
      defer { self.sender = nil }
      return self.sender
    }

    mutating func takeReceiver() -> CheckedContinuation<Void, Never>? {
      defer { self.receiver = nil }
      return self.receiver
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter limit: How many parts may wait to be received.
  init(limit: Int) {
    self.limit = limit
  }
}

// MARK: - The sender's side

extension StepChannel {
  /// Hands a part over, and waits while too many are there already.
  ///
  /// - Returns: Whether the receiver still wants any.
  func send(_ step: ResultStep) async -> Bool {
    let receiver = self.state.withLock { state in
      state.steps.append(step)
      return state.takeReceiver()
    }
    receiver?.resume()
    if self.state.withLock({ $0.steps.count < self.limit || $0.isClosed }) {
      return !self.state.withLock { $0.isClosed }
    }
    await withCheckedContinuation { continuation in
      let goesOn = self.state.withLock { state in
        if state.steps.count < self.limit || state.isClosed { return true }
        state.sender = continuation
        return false
      }
      if goesOn { continuation.resume() }
    }
    return !self.state.withLock { $0.isClosed }
  }

  /// There is no more to come, because of an error if there is one.
  func finish(throwing failure: (any Error)? = nil) {
    let receiver = self.state.withLock { state in
      state.isFinished = true
      state.failure = failure
      return state.takeReceiver()
    }
    receiver?.resume()
  }
}

// MARK: - The receiver's side

extension StepChannel {
  /// The next part; `nil` after the last.
  func receive() async throws -> ResultStep? {
    while true {
      let (step, isFinished, failure, sender) = self.state.withLock { state in
        let step = state.steps.popFirst()
        let hasRoom = state.steps.count <= self.limit / 2
        return (step, state.isFinished, state.failure, hasRoom ? state.takeSender() : nil)
      }
      sender?.resume()
      if let step { return step }
      if let failure { throw failure }
      if isFinished { return nil }
      await withCheckedContinuation { continuation in
        let goesOn = self.state.withLock { state in
          if !state.steps.isEmpty || state.isFinished { return true }
          state.receiver = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    }
  }

  /// Tells the sender that nothing more is wanted.
  func close() {
    let sender = self.state.withLock { state in
      state.isClosed = true
      state.steps.removeAll()
      return state.takeSender()
    }
    sender?.resume()
  }
}
