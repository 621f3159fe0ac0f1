internal import DequeModule
internal import Foundation
package import NIOCore

/// Carries the Arrow messages of one ingestion from the task that receives them to DuckDB's threads
/// that insert them.
///
/// The sender suspends while enough is waiting, so that the client is held back; the receiver
/// blocks its thread. One of each at a time.
///
/// `@unchecked Sendable`: the condition's lock guards everything that changes.
package final class IngestionStream: @unchecked Sendable {
  struct Message {
    var header: ByteBuffer
    var body: ByteBuffer

    var byteCount: Int { self.header.readableBytes + self.body.readableBytes }
  }

  /// What a receiver gets.
  enum Reception {
    case message(Message)
    /// No message has come in time.
    case nothing
    /// No more will come.
    case end
  }

  private enum End {
    case none
    case finished
    case failed(any Error)
    /// The receiver wants no more.
    case closed
  }

  /// How often a receiver that waits for its client looks whether it has been cancelled.
  private static let pollInterval = 0.02

  private let byteLimit: Int
  private let budget: ByteBudget
  private let condition = NSCondition()
  private var messages: Deque<Message> = []
  private var byteCount = 0
  private var end = End.none
  private var sender: CheckedContinuation<Void, Never>?
  private var starter: CheckedContinuation<Void, Never>?

  /// - Parameters:
  ///   - byteLimit: How much may wait to be received; one message may go beyond it.
  ///   - budget: How much that may be of all ingestions.
  package init(byteLimit: Int, within budget: ByteBudget) {
    self.byteLimit = byteLimit
    self.budget = budget
  }

  deinit {
    self.budget.release(self.byteCount)
  }

  private func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
    self.condition.lock()
    defer { self.condition.unlock() }
    return try body()
  }
}

// MARK: - The sender's side

extension IngestionStream {
  /// Hands a message over, and waits while too much is there already.
  ///
  /// - Returns: Whether the receiver still wants any.
  package func send(header: ByteBuffer, body: ByteBuffer) async -> Bool {
    self.append(Message(header: header, body: body))?.resume()
    await withCheckedContinuation { continuation in
      let goesOn = self.withLock {
        guard case .none = self.end, self.byteCount > self.byteLimit else { return true }
        self.sender = continuation
        return false
      }
      if goesOn { continuation.resume() }
    }
    return self.withLock { if case .none = self.end { true } else { false } }
  }

  private func append(_ message: Message) -> CheckedContinuation<Void, Never>? {
    self.withLock {
      guard case .none = self.end else { return nil }
      guard self.budget.reserve(message.byteCount) else {
        self.end = .failed(EngineError.ingestionsTooLarge(limit: self.budget.limit))
        self.removeMessages()
        self.condition.broadcast()
        return self.takeStarter()
      }
      self.messages.append(message)
      self.byteCount += message.byteCount
      self.condition.signal()
      return self.byteCount > self.byteLimit ? self.takeStarter() : nil
    }
  }

  /// There are no more messages.
  package func finish() {
    self.end(as: .finished)
  }

  /// The messages stop without having come to their end: nothing of them may stay.
  package func fail(_ error: any Error) {
    self.end(as: .failed(error))
  }

  private func end(as end: End) {
    let (sender, starter) = self.withLock {
      if case .closed = self.end { return (self.takeSender(), self.takeStarter()) }
      // A failure counts even after the end: the client went away before it was told.
      if case .failed = self.end {} else { self.end = end }
      self.condition.broadcast()
      return (self.takeSender(), self.takeStarter())
    }
    sender?.resume()
    starter?.resume()
  }

  private func removeMessages() {
    self.messages.removeAll()
    self.budget.release(self.byteCount)
    self.byteCount = 0
  }

  private func takeSender() -> CheckedContinuation<Void, Never>? {
    defer { self.sender = nil }
    return self.sender
  }

  private func takeStarter() -> CheckedContinuation<Void, Never>? {
    defer { self.starter = nil }
    return self.starter
  }
}

// MARK: - The receiver's side

extension IngestionStream {
  /// Returns when all messages have come or as many as may wait; throws why they have stopped.
  func untilWorthStarting() async throws {
    await withCheckedContinuation { continuation in
      let isReady = self.withLock {
        guard case .none = self.end, self.byteCount <= self.byteLimit else { return true }
        self.starter = continuation
        return false
      }
      if isReady { continuation.resume() }
    }
    if case .failed(let error) = self.withLock({ self.end }) { throw error }
  }

  /// Whether the last message has come.
  var isFinished: Bool { self.withLock { if case .finished = self.end { true } else { false } } }

  /// Blocks the thread until there is a message, or as long as `patience` says.
  func receive(
    _ cancellation: Cancellation,
    atMost patience: Duration? = nil
  ) throws -> Reception {
    let deadline = patience.map { ContinuousClock.now + $0 }
    let (reception, sender) = try self.withLock { try self.take(cancellation, until: deadline) }
    sender?.resume()
    return reception
  }

  private func take(
    _ cancellation: Cancellation,
    until deadline: ContinuousClock.Instant?
  ) throws -> (Reception, CheckedContinuation<Void, Never>?) {
    while true {
      if let reason = cancellation.reason { throw reason.error }
      if case .failed(let error) = self.end { throw error }
      if let message = self.messages.popFirst() {
        self.byteCount -= message.byteCount
        self.budget.release(message.byteCount)
        let hasRoom = self.byteCount <= self.byteLimit / 2
        return (.message(message), hasRoom ? self.takeSender() : nil)
      }
      guard case .none = self.end else { return (.end, nil) }
      if let deadline, .now >= deadline { return (.nothing, nil) }
      _ = self.condition.wait(until: Date(timeIntervalSinceNow: Self.pollInterval))
    }
  }

  /// Tells the sender that nothing more is wanted.
  func close() {
    let sender = self.withLock {
      self.removeMessages()
      self.end = .closed
      return self.takeSender()
    }
    sender?.resume()
  }
}
