internal import DequeModule
internal import Foundation
internal import Synchronization

/// Lets threads do something one after the other, in the order in which they came.
///
/// For short work: whoever waits holds a thread.
final class Turn: Sendable {
  private struct State {
    var isTaken = false
    var line: Deque<DispatchSemaphore> = []
  }

  /// How often one that waits looks whether it is cancelled.
  private static let slice = 0.05

  private let state = Mutex(State())

  /// Waits for the turn, which is to be given back by ``give()``.
  func take(_ cancellation: Cancellation, atMost limit: Duration) throws {
    let place = self.state.withLock { state -> DispatchSemaphore? in
      guard state.isTaken else {
        state.isTaken = true
        return nil
      }
      let place = DispatchSemaphore(value: 0)
      state.line.append(place)
      return place
    }
    guard let place else { return }
    let deadline = ContinuousClock.now + limit
    while place.wait(timeout: .now() + Self.slice) == .timedOut {
      let error: EngineError
      if let reason = cancellation.reason {
        error = reason.error
      } else if .now >= deadline {
        error = .commitWaitExceeded(limit)
      } else {
        continue
      }
      let hasLeft = self.state.withLock { state in
        let index = state.line.firstIndex { $0 === place }
        return index.map { state.line.remove(at: $0) } != nil
      }
      // It was given the turn just now.
      if !hasLeft { self.give() }
      throw error
    }
  }

  func give() {
    let next = self.state.withLock { state in
      let next = state.line.popFirst()
      state.isTaken = next != nil
      return next
    }
    next?.signal()
  }
}
