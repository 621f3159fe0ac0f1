internal import DuckDB
internal import Synchronization

/// Stops one statement, from any thread and at any moment of its life.
///
/// DuckDB forgets an interrupt that arrives before its statement has started, and a flag alone
/// doesn't end one that is inside a long task: cancelling raises a flag that is polled between
/// DuckDB's tasks and interrupts the connection while it works for this statement.
///
/// It also knows how long the statement has waited for a worker, how long DuckDB has worked for it
/// and how far that has got.
package final class Cancellation: Sendable {
  private struct Work {
    var interrupter: Interrupter
    var start = ContinuousClock.now
  }

  private struct State {
    var reason: CancellationReason?
    /// What DuckDB is doing for the statement now.
    var work: Work?
    /// How long it has waited, and DuckDB has worked for it, before that.
    var times = StatementTimes()
    /// When it began to wait for a worker, if it waits.
    var queueStart: ContinuousClock.Instant?
    /// Where it waits, and how often.
    var queue: StatementQueue?
    var placeCount = 0
    var timeLimit: Duration?
    var sparesTransaction = false
    var reportsProgress = false
    /// What is to be told of the cancellation.
    var observer: (@Sendable (CancellationReason) -> Void)?

    /// Counts as waiting no more: it is cancelled.
    mutating func giveUpPlaces() {
      for _ in 0..<self.placeCount { self.queue?.release() }
      self.placeCount = 0
    }

    func isOverdue(at now: ContinuousClock.Instant) -> Bool {
      guard let timeLimit else { return false }
      let timeOfWork = self.work.map { now - $0.start } ?? .zero
      return self.times.worked + timeOfWork >= timeLimit
    }
  }

  /// How long DuckDB may go on where its transaction is spared: no longer than a task usually takes.
  private static let patience = Duration.milliseconds(50)

  private let state = Mutex(State())

  package init() {}

  package var isCancelled: Bool { self.reason != nil }

  /// Why the statement is cancelled, if it is.
  var reason: CancellationReason? { self.state.withLock { $0.reason } }

  /// Cancels the statement; the second time does nothing.
  package func cancel(_ reason: CancellationReason = .callEnded) {
    // The interrupt is sent under the lock, so that it can't hit the connection's next statement.
    let (observer, isSpared) = self.state.withLock { state in
      guard state.reason == nil else {
        return (nil as (@Sendable (CancellationReason) -> Void)?, false)
      }
      state.reason = reason
      let isSpared = reason == .callEnded && state.sparesTransaction && state.work != nil
      if !isSpared { state.work?.interrupter.interrupt() }
      state.giveUpPlaces()
      return (state.observer, isSpared)
    }
    observer?(reason)
    guard isSpared else { return }
    Task {
      try? await Task.sleep(for: Self.patience)
      self.state.withLock { $0.work?.interrupter.interrupt() }
    }
  }

  /// Has a call's end stop the statement between two of DuckDB's tasks if it can: where DuckDB is
  /// interrupted, the transaction is lost, and a client that has read enough has made no mistake.
  func spareTransaction() {
    self.state.withLock { $0.sparesTransaction = true }
  }

  /// Has `observer` called when the statement is cancelled, at once if it is already; only the last
  /// one counts.
  func whenCancelled(_ observer: @escaping @Sendable (CancellationReason) -> Void) {
    let reason = self.state.withLock { state in
      state.observer = observer
      return state.reason
    }
    if let reason { observer(reason) }
  }

  /// Runs `work` for the statement on the connection that `interrupter` belongs to.
  func run<Value: ~Copyable>(
    on interrupter: Interrupter,
    _ work: () throws -> Value
  ) throws -> Value {
    try self.state.withLock { state in
      if state.reason == nil, let limit = state.timeLimit, state.times.worked >= limit {
        state.reason = .timeout(limit)
      }
      if let reason = state.reason { throw reason.error }
      state.work = Work(interrupter: interrupter)
    }
    defer {
      self.state.withLock { state in
        if let work = state.work { state.times.worked += .now - work.start }
        state.work = nil
      }
    }
    return try work()
  }
}

// MARK: - Time

extension Cancellation {
  /// Where the statement's time has gone, not counting what it does now.
  package var times: StatementTimes { self.state.withLock { $0.times } }

  /// The statement waits for a worker from now on, and has a place in the queue until it doesn't or is
  /// cancelled.
  func enterQueue(_ queue: StatementQueue) {
    self.state.withLock { state in
      state.queueStart = .now
      state.queue = queue
      state.placeCount += 1
      if state.reason != nil { state.giveUpPlaces() }
    }
  }

  /// A worker has taken the statement up.
  func leaveQueue() {
    self.state.withLock { state in
      if let start = state.queueStart { state.times.queued += .now - start }
      state.queueStart = nil
      guard state.placeCount > 0 else { return }
      state.placeCount -= 1
      state.queue?.release()
    }
  }

  /// Cancels the statement if it has waited for a worker for as long as that, and still does.
  ///
  /// - Returns: Whether it did.
  func giveUpWaiting(after limit: Duration) -> Bool {
    let (isGivenUp, observer) = self.state.withLock { state in
      guard let start = state.queueStart, start + limit <= .now, state.reason == nil else {
        return (false, nil as (@Sendable (CancellationReason) -> Void)?)
      }
      state.reason = .queueWait(limit)
      state.giveUpPlaces()
      return (true, state.observer)
    }
    observer?(.queueWait(limit))
    return isGivenUp
  }

  var hasTimeLimit: Bool { self.state.withLock { $0.timeLimit != nil } }

  /// Limits how long DuckDB may work for the statement.
  ///
  /// Waiting for a worker or for the client doesn't count.
  func limit(to timeLimit: Duration?) {
    self.state.withLock { $0.timeLimit = timeLimit }
  }

  func cancelIfOverdue() {
    let overdue = self.state.withLock { state in
      state.work != nil && state.isOverdue(at: .now) ? state.timeLimit : nil
    }
    if let overdue { self.cancel(.timeout(overdue)) }
  }
}

// MARK: - Progress

extension Cancellation {
  /// Whether DuckDB is to count how far the statement has got.
  var reportsProgress: Bool { self.state.withLock { $0.reportsProgress } }

  func reportProgress() {
    self.state.withLock { $0.reportsProgress = true }
  }

  /// How much of the statement is done, from 0 to 1, where DuckDB knows.
  var progress: Double? {
    self.state.withLock { state in
      (state.work?.interrupter.progress?.percentage).map { min(max($0 / 100, 0), 1) }
    }
  }
}
