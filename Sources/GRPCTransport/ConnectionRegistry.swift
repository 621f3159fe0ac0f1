import DequeModule
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

  private struct Entry {
    var handler: NIOLoopBound<ConnectionHandler>
    var info: ConnectionInfo
  }

  private struct State {
    /// How many others are among the strangers before they are taken out.
    private static let strangerSlack = 1_000

    var connections: [UInt64: Entry] = [:]
    /// Those without an authenticated call, oldest first, among others that have had one or are gone.
    var strangers: Deque<UInt64> = []
    var runningCallCount = 0
    var isShuttingDown = false
    var idleWaiters: [CheckedContinuation<Void, Never>] = []

    var isIdle: Bool { connections.isEmpty && runningCallCount == 0 }

    mutating func noteStranger(_ id: UInt64) {
      strangers.append(id)
      guard strangers.count > 2 * connections.count + Self.strangerSlack else { return }
      strangers.removeAll { connections[$0]?.info.isAuthenticated ?? true }
    }

    /// Removes the oldest connection without an authenticated call.
    mutating func removeStranger() -> Entry? {
      while let id = strangers.popFirst() {
        guard let entry = connections[id], !entry.info.isAuthenticated else { continue }
        connections[id] = nil
        return entry
      }
      return nil
    }
  }

  private let connectionLimit: Int
  private let replacesStrangers: Bool
  private let state = Mutex(State())

  init(connectionLimit: Int, replacesStrangers: Bool) {
    self.connectionLimit = connectionLimit
    self.replacesStrangers = replacesStrangers
  }

  func add(_ handler: NIOLoopBound<ConnectionHandler>, _ info: ConnectionInfo) -> Admission {
    let (admission, displaced) = state.withLock { state in
      if state.isShuttingDown { return (Admission.shuttingDown, nil as Entry?) }
      var displaced: Entry?
      if state.connections.count >= connectionLimit {
        displaced = replacesStrangers ? state.removeStranger() : nil
        guard displaced != nil else { return (.full, nil) }
      }
      state.connections[info.id] = Entry(handler: handler, info: info)
      if replacesStrangers { state.noteStranger(info.id) }
      return (.admitted, displaced)
    }
    if let handler = displaced?.handler {
      handler.eventLoop.execute {
        handler.value.close(because: "room for another before its client has logged in")
      }
    }
    return admission
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
    for handler in state.withLock({ $0.connections.values.map(\.handler) }) {
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
