package import Foundation
package import Logging
internal import Synchronization

/// Knows how a server is, and tells those who watch when it changes.
package final class HealthMonitor: Sendable {
  private struct State {
    var report = HealthReport()
    var watchers: [Int: AsyncStream<Bool>.Continuation] = [:]
    var watchCount = 0
  }

  private let state = Mutex(State())
  private let watcherLimit: Int
  private let logger: Logger

  /// - Parameter watcherLimit: How many may watch at a time.
  package init(
    watcherLimit: Int = 1_000,
    logger: Logger = Logger(label: "health", factory: { _ in SwiftLogNoOpLogHandler() })
  ) {
    self.watcherLimit = watcherLimit
    self.logger = logger
  }

  package var report: HealthReport { self.state.withLock { $0.report } }

  /// Clients can connect from now on.
  package func open() { self.change { $0.open() } }

  /// The server was told to stop.
  package func drain() { self.change { $0.drain() } }

  package func expect(_ component: String, at now: Date = Date()) {
    self.change { $0.expect(component, at: now) }
  }

  /// Notes how a component was found, and logs it where it wasn't so before.
  ///
  /// - Parameters:
  ///   - details: What anybody may read of its parts.
  ///   - detail: What only the log may tell.
  package func note(
    _ found: HealthComponent.State,
    of component: String,
    details: [String: String] = [:],
    detail: String? = nil,
    at now: Date = Date()
  ) {
    guard self.change({ $0.note(found, of: component, details: details, at: now) }) else { return }
    switch found {
    case .notServing(let reason):
      self.logger.warning(
        "\(component) is not serving: \(reason)",
        metadata: detail.map { ["detail": "\($0)"] }
      )
    case .degraded(let reason):
      self.logger.warning(
        "\(component) is degraded: \(reason)",
        metadata: detail.map { ["detail": "\($0)"] }
      )
    case .serving: self.logger.info("\(component) is serving")
    case .unknown: break
    }
  }

  private func change<Value: Sendable>(_ body: (inout HealthReport) -> Value) -> Value {
    self.state.withLock { state in
      let wasServing = state.report.isServing
      let value = body(&state.report)
      let isServing = state.report.isServing
      // Under the lock, so that every watcher hears changes in their order.
      if isServing != wasServing {
        for watcher in state.watchers.values { watcher.yield(isServing) }
      }
      return value
    }
  }
}

extension HealthMonitor {
  /// Watches whether the server is serving, beginning with now.
  ///
  /// - Returns: `nil` if there are watchers enough.
  package func watch() -> HealthWatch? {
    // Who is slow gets the newest state alone.
    let (stream, continuation) = AsyncStream.makeStream(
      of: Bool.self,
      bufferingPolicy: .bufferingNewest(1)
    )
    let id = self.state.withLock { state -> Int? in
      guard state.watchers.count < self.watcherLimit else { return nil }
      state.watchCount += 1
      state.watchers[state.watchCount] = continuation
      continuation.yield(state.report.isServing)
      return state.watchCount
    }
    return id.map { id in HealthWatch(states: stream) { self.endWatch(id) } }
  }

  private func endWatch(_ id: Int) {
    self.state.withLock { $0.watchers.removeValue(forKey: id) }?.finish()
  }
}
