import GRPCCore
import NIOCore
import Synchronization

/// The open connections and the calls at work, for limits and for shutting down.
final class ConnectionRegistry: Sendable {
  enum Admission {
    case admitted
    case full
    case shuttingDown
  }

  private struct State {
    var connections: [UInt64: NIOLoopBound<ConnectionHandler>] = [:]
    var runningCallCount = 0
    var isShuttingDown = false
    var idleWaiters: [CheckedContinuation<Void, Never>] = []

    var isIdle: Bool { connections.isEmpty && runningCallCount == 0 }
  }

  private let connectionLimit: Int
  private let state = Mutex(State())

  init(connectionLimit: Int) {
    self.connectionLimit = connectionLimit
  }

  func add(_ handler: NIOLoopBound<ConnectionHandler>, id: UInt64) -> Admission {
    state.withLock { state in
      if state.isShuttingDown { return .shuttingDown }
      guard state.connections.count < connectionLimit else { return .full }
      state.connections[id] = handler
      return .admitted
    }
  }

  func remove(id: UInt64) {
    resumeIfIdle { $0.connections[id] = nil }
  }

  func beginCall() {
    state.withLock { $0.runningCallCount += 1 }
  }

  func endCall() {
    resumeIfIdle { $0.runningCallCount -= 1 }
  }

  /// Admits no more connections.
  func beginShutdown() {
    state.withLock { $0.isShuttingDown = true }
  }

  /// Returns when no connection is open and no handler at work.
  func waitUntilIdle() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if !state.isIdle { state.idleWaiters.append(continuation) }
        return state.isIdle
      }
      if isIdle { continuation.resume() }
    }
  }

  /// Runs `body` for each connection, on its event loop.
  func forEach(_ body: @escaping @Sendable (ConnectionHandler) -> Void) {
    for handler in state.withLock({ Array($0.connections.values) }) {
      handler.eventLoop.execute { body(handler.value) }
    }
  }

  private func resumeIfIdle(after change: (inout State) -> Void) {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      change(&state)
      guard state.isIdle else { return [] }
      defer { state.idleWaiters = [] }
      return state.idleWaiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
