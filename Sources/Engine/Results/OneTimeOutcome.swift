internal import Synchronization

/// What comes of something that one task waits for; only the first outcome counts.
final class OneTimeOutcome<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, any Error>)
    case occurred(Result<Value, any Error>)
  }

  private let state = Mutex(State.open)

  func occur(_ outcome: Result<Value, any Error>) {
    let waiter = self.state.withLock { state -> CheckedContinuation<Value, any Error>? in
      switch state {
      case .open:
        state = .occurred(outcome)
        return nil
      case .awaited(let waiter):
        state = .occurred(outcome)
        return waiter
      case .occurred: return nil
      }
    }
    waiter?.resume(with: outcome)
  }

  /// To be asked for once.
  var value: Value {
    get async throws {
      try await withCheckedThrowingContinuation { continuation in
        let outcome = self.state.withLock { state -> Result<Value, any Error>? in
          if case .occurred(let outcome) = state { return outcome }
          state = .awaited(continuation)
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    }
  }
}
