internal import DuckDB
internal import Synchronization

/// Stops one statement, from any thread and at any moment of its life.
///
/// DuckDB forgets an interrupt that arrives before its statement has started, and a flag alone
/// doesn't end one that is inside a long task: cancelling raises a flag that is polled between
/// DuckDB's tasks and interrupts the connection while it works for this statement.
package final class Cancellation: Sendable {
  private enum State {
    case idle
    case running(Interrupter)
    case cancelled
  }

  private let state = Mutex(State.idle)

  package init() {}

  package var isCancelled: Bool {
    self.state.withLock { state in
      if case .cancelled = state { true } else { false }
    }
  }

  /// Cancels the statement; the second time does nothing.
  package func cancel() {
    // The interrupt is sent under the lock, so that it can't hit the connection's next statement.
    self.state.withLock { state in
      if case .running(let interrupter) = state {
        interrupter.interrupt()
      }
      state = .cancelled
    }
  }

  /// Runs `work` for the statement on the connection that `interrupter` belongs to.
  func run<Value: ~Copyable>(
    on interrupter: Interrupter,
    _ work: () throws -> Value
  ) throws -> Value {
    try self.state.withLock { state in
      if case .cancelled = state { throw EngineError.cancelled }
      state = .running(interrupter)
    }
    defer {
      self.state.withLock { state in
        if case .running = state { state = .idle }
      }
    }
    return try work()
  }
}
