internal import Synchronization

/// The statements that wait for a worker: refuses more than a limit, and gives up those that wait
/// for too long.
final class StatementQueue: Sendable {
  private let limit: Int
  private let waitLimit: Duration?
  private let waiting = Atomic<Int>(0)

  init(limit: Int, waitLimit: Duration?) {
    self.limit = limit
    self.waitLimit = waitLimit
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

  /// Runs what waits for a worker first.
  ///
  /// Nothing can take it back from the worker's queue: where the wait is given up, this returns, and
  /// the work comes to nothing once a worker finds it cancelled. It must put away itself what it
  /// uses.
  ///
  /// - Parameter mayWait: Whether a worker may not be free at once.
  func run<Value: Sendable>(
    _ cancellation: Cancellation,
    mayWait: Bool,
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    guard mayWait, let waitLimit else { return try await work() }
    let outcome = OneTimeOutcome<Value>()
    Task {
      do {
        outcome.occur(.success(try await work()))
      } catch {
        outcome.occur(.failure(error))
      }
    }
    let timer = Task {
      try await Task.sleep(for: waitLimit)
      guard cancellation.giveUpWaiting(after: waitLimit) else { return }
      outcome.occur(.failure(EngineError.queueWaitExceeded(waitLimit)))
    }
    defer { timer.cancel() }
    return try await outcome.value
  }
}
