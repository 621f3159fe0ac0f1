internal import Synchronization

/// The statements that wait for a worker: refuses more than a limit, and gives up those that wait
/// for too long.
///
/// One that is cancelled counts no more, though only a worker can put it away.
final class StatementQueue: Sendable {
  /// A statement that may have to wait, and what becomes of its caller if that takes too long.
  private struct Waiting {
    var cancellation: Cancellation
    var giveUp: @Sendable () -> Void
  }

  private struct State {
    var waiting: [ObjectIdentifier: Waiting] = [:]
    var isWatched = false
  }

  /// How often those that wait are looked at.
  private static let watchInterval = Duration.milliseconds(20)

  private let limit: Int
  private let waitLimit: Duration?
  private let waitingCount = Atomic<Int>(0)
  private let state = Mutex(State())

  init(limit: Int, waitLimit: Duration?) {
    self.limit = limit
    self.waitLimit = waitLimit
  }

  func enter(_ cancellation: Cancellation) throws(EngineError) {
    let (before, _) = self.waitingCount.add(1, ordering: .relaxed)
    guard before < self.limit else {
      self.release()
      throw .queueFull(limit: self.limit)
    }
    cancellation.enterQueue(self)
  }

  /// To be called once for each ``enter(_:)`` that succeeded, when a worker takes the statement up.
  func leave(_ cancellation: Cancellation) {
    cancellation.leaveQueue()
  }

  /// Gives one place back, by whom it was taken.
  func release() {
    self.waitingCount.subtract(1, ordering: .relaxed)
  }

  /// Runs what waits for a worker first.
  ///
  /// Nothing can take it back from the worker's queue: where the wait is given up, this returns, and
  /// the work comes to nothing once a worker finds it cancelled. It must put away itself what it
  /// uses.
  ///
  /// - Parameters:
  ///   - connection: Whose worker it waits for.
  ///   - mayWait: Whether a worker may not be free at once.
  func run<Value: Sendable>(
    _ cancellation: Cancellation,
    on connection: SessionConnection,
    mayWait: Bool,
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    guard mayWait, let waitLimit else { return try await work() }
    let outcome = OneTimeOutcome<Value>()
    let id = ObjectIdentifier(cancellation)
    let startsWatch = self.state.withLock { state in
      state.waiting[id] = Waiting(cancellation: cancellation) {
        outcome.occur(.failure(EngineError.queueWaitExceeded(waitLimit)))
      }
      defer { state.isWatched = true }
      return !state.isWatched
    }
    defer { self.state.withLock { _ = $0.waiting.removeValue(forKey: id) } }
    if startsWatch { Task { await self.watch(waitLimit) } }
    Task.immediate { await connection.settle(outcome, work) }
    return try await outcome.value
  }

  /// Gives up what waits for too long, until nothing waits.
  ///
  /// One task for all: a timer for each would cost a small statement more than its wait.
  private func watch(_ waitLimit: Duration) async {
    while true {
      try? await Task.sleep(for: Self.watchInterval)
      let waiting = self.state.withLock { state in
        state.isWatched = !state.waiting.isEmpty
        return state.waiting.values
      }
      guard !waiting.isEmpty else { return }
      for statement in waiting where statement.cancellation.giveUpWaiting(after: waitLimit) {
        statement.giveUp()
      }
    }
  }
}

extension SessionConnection {
  /// Runs `work` and tells what came of it from the worker itself: another thread in between would
  /// have to be woken.
  fileprivate func settle<Value: Sendable>(
    _ outcome: OneTimeOutcome<Value>,
    _ work: @Sendable () async throws -> Value
  ) async {
    do {
      outcome.occur(.success(try await work()))
    } catch {
      outcome.occur(.failure(error))
    }
  }
}
