internal import Synchronization

/// The statements at work, so that all of them can be stopped, and each that works for too long.
final class ActiveStatements: Sendable {
  private struct State {
    var cancellations: [ObjectIdentifier: Cancellation] = [:]
    var isClosed = false
    var isWatched = false
  }

  /// How often statements with a time limit are looked at.
  private static let watchInterval = Duration.milliseconds(20)

  private let state = Mutex(State())

  var count: Int { self.state.withLock { $0.cancellations.count } }

  /// - Parameter timeLimit: How long DuckDB may work for the statement.
  func insert(_ cancellation: Cancellation, timeLimit: Duration?) {
    cancellation.limit(to: timeLimit)
    let (isClosed, startsWatch) = self.state.withLock { state in
      state.cancellations[ObjectIdentifier(cancellation)] = cancellation
      let startsWatch = timeLimit != nil && !state.isWatched
      if startsWatch { state.isWatched = true }
      return (state.isClosed, startsWatch)
    }
    if isClosed { cancellation.cancel(.shutdown) }
    if startsWatch { Task { await self.watch() } }
  }

  func remove(_ cancellation: Cancellation) {
    self.state.withLock { _ = $0.cancellations.removeValue(forKey: ObjectIdentifier(cancellation)) }
  }

  /// Cancels every statement at work, and those that come later.
  func cancelAll() {
    let cancellations = self.state.withLock { state in
      state.isClosed = true
      return Array(state.cancellations.values)
    }
    for cancellation in cancellations { cancellation.cancel(.shutdown) }
  }

  /// Stops what works for too long, until no statement with a time limit is left.
  private func watch() async {
    while true {
      let limited = self.state.withLock { state in
        let limited = state.cancellations.values.filter(\.hasTimeLimit)
        state.isWatched = !limited.isEmpty
        return limited
      }
      guard !limited.isEmpty else { return }
      for cancellation in limited { cancellation.cancelIfOverdue() }
      try? await Task.sleep(for: Self.watchInterval)
    }
  }
}
