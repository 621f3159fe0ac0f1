internal import Foundation

/// Lets two of DuckDB's threads insert one ingestion's rows, in their order.
///
/// DuckDB gathers rows on each thread and writes them when there is a full group of them. So a thread
/// takes all rows of one group, others meanwhile none; and it gets the last of them only when all
/// groups before have been written. Its own writing is then what other threads take rows beside.
///
/// `@unchecked Sendable`: the condition's lock guards everything that changes.
final class IngestionTurns: @unchecked Sendable {
  /// How often a thread that waits looks whether the statement has been cancelled.
  private static let pollInterval = 0.02
  /// The same of one that waits for rows to come, of which nobody tells it.
  private static let arrivalPollInterval = 0.001
  /// How long it is left to the statement's own thread to take the first turn.
  private static let hostGrace = Duration.milliseconds(50)

  /// How many rows make a group; `nil` if one thread reads them all.
  let groupRowCount: Int?
  private let condition = NSCondition()
  /// The thread that runs the statement: only this one may wait for the client.
  private let host = pthread_self()
  private var hostHasCome = false
  private var readerCount = 0
  private var isTaken = false
  private var begunCount = 0
  private var writtenCount = 0
  private var hasEnded = false
  private var hasFailed = false

  /// To be made on the thread that will run the statement.
  init(groupRowCount: Int?) {
    self.groupRowCount = groupRowCount
  }

  /// Whether DuckDB has got every row.
  var isComplete: Bool { self.withLock { self.hasEnded && !self.hasFailed } }

  private var isOnHost: Bool { pthread_equal(pthread_self(), self.host) != 0 }

  private func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
    self.condition.lock()
    defer { self.condition.unlock() }
    return try body()
  }
}

// MARK: - Readers

extension IngestionTurns {
  /// A thread begins to read.
  ///
  /// - Returns: How many do now.
  func enter() -> Int {
    self.withLock {
      self.readerCount += 1
      return self.readerCount
    }
  }

  /// A thread reads no more.
  ///
  /// - Parameter isDone: Whether DuckDB has got all rows that it was to take.
  /// - Returns: How many still do.
  func leave(isDone: Bool) -> Int {
    self.withLock {
      self.readerCount -= 1
      if !isDone { self.hasFailed = true }
      self.condition.broadcast()
      return self.readerCount
    }
  }

  /// No more rows can be had: the statement fails.
  func fail() {
    self.withLock {
      self.hasFailed = true
      self.condition.broadcast()
    }
  }
}

// MARK: - Turns

extension IngestionTurns {
  /// Waits for the turn to take rows.
  ///
  /// One of DuckDB's own threads, which other statements need too, takes it only if all rows of the
  /// group are there, and waits no longer than its patience.
  ///
  /// - Parameters:
  ///   - patience: How long this thread may still wait, unless it is the statement's.
  ///   - isThere: Whether so many rows wait to be taken.
  /// - Returns: The number of the group, `nil` if the thread is to take no more.
  func begin(
    patience: inout Duration,
    _ cancellation: Cancellation,
    isThere: (_ rowCount: Int) -> Bool
  ) throws -> Int? {
    try self.withLock {
      guard let groupRowCount else { return self.hasEnded ? nil : 0 }
      let isOnHost = self.isOnHost
      if isOnHost { self.hostHasCome = true }
      let start = ContinuousClock.now
      while true {
        if cancellation.isCancelled { throw EngineError.cancelled }
        if self.hasEnded || self.hasFailed { return nil }
        let waited = ContinuousClock.now - start
        let mayWait = isOnHost || !self.hostHasCome && waited > Self.hostGrace
        if !self.isTaken, mayWait || isThere(groupRowCount) {
          self.isTaken = true
          self.begunCount += 1
          patience -= waited
          return self.begunCount - 1
        }
        if !isOnHost, self.readerCount > 1, waited > patience { return nil }
        self.wait(isOnHost || self.isTaken ? Self.pollInterval : Self.arrivalPollInterval)
      }
    }
  }

  /// Lets the next thread take rows.
  func handOn() {
    self.withLock {
      self.isTaken = false
      self.condition.broadcast()
    }
  }

  /// There are no more rows.
  func end() {
    self.withLock {
      self.hasEnded = true
      self.condition.broadcast()
    }
  }

  /// Waits until all groups before this one have been written, or will never be.
  func untilWritten(before group: Int, _ cancellation: Cancellation) throws {
    try self.withLock {
      while self.writtenCount < group, !self.hasFailed {
        if cancellation.isCancelled { throw EngineError.cancelled }
        self.wait(Self.pollInterval)
      }
    }
  }

  /// The group whose turn it was to be written has been.
  func noteWritten() {
    self.withLock {
      self.writtenCount += 1
      self.condition.broadcast()
    }
  }

  private func wait(_ seconds: Double) {
    _ = self.condition.wait(until: Date(timeIntervalSinceNow: seconds))
  }
}
