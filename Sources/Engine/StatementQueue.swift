internal import Synchronization

/// Counts the statements that wait for a worker, and refuses more than the limit.
final class StatementQueue: Sendable {
  private let limit: Int
  private let waiting = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  func enter(_ cancellation: Cancellation) throws(EngineError) {
    let (before, _) = self.waiting.add(1, ordering: .relaxed)
    guard before < self.limit else {
      self.waiting.subtract(1, ordering: .relaxed)
      throw .queueFull(limit: self.limit)
    }
    cancellation.enterQueue()
  }

  /// To be called once for each ``enter(_:)`` that succeeded, when a worker takes the statement up.
  func leave(_ cancellation: Cancellation) {
    cancellation.leaveQueue()
    self.waiting.subtract(1, ordering: .relaxed)
  }
}
