internal import Auth
internal import Synchronization

/// The statements at work, so that all of them can be stopped, and each that works for too long.
final class ActiveStatements: Sendable {
  private struct Statement {
    var cancellation: Cancellation
    var principal: Principal
    let start = ContinuousClock.now
  }

  private struct State {
    var statements: [ObjectIdentifier: Statement] = [:]
    var counts: [Principal: Int] = [:]
    var begunCount = 0
    var isClosed = false
    var isWatched = false
  }

  /// How often statements with a time limit are looked at.
  private static let watchInterval = Duration.milliseconds(20)

  private let limitPerPrincipal: Int?
  private let state = Mutex(State())

  init(limitPerPrincipal: Int?) {
    self.limitPerPrincipal = limitPerPrincipal
  }

  /// When the oldest of those at work began.
  var oldestStart: ContinuousClock.Instant? {
    self.state.withLock { $0.statements.values.map(\.start).min() }
  }

  var count: Int { self.state.withLock { $0.statements.count } }

  /// How many there have ever been.
  var begunCount: Int { self.state.withLock(\.begunCount) }

  /// - Parameters:
  ///   - principal: Whose statement it is.
  ///   - timeLimit: How long DuckDB may work for the statement.
  func insert(
    _ cancellation: Cancellation,
    of principal: Principal,
    timeLimit: Duration?
  ) throws(EngineError) {
    cancellation.limit(to: timeLimit)
    let flags: (isClosed: Bool, startsWatch: Bool)? = self.state.withLock { state in
      let count = state.counts[principal, default: 0]
      if let limit = self.limitPerPrincipal, count >= limit { return nil }
      let statement = Statement(cancellation: cancellation, principal: principal)
      let previous = state.statements.updateValue(statement, forKey: ObjectIdentifier(cancellation))
      if previous == nil {
        state.counts[principal] = count + 1
        state.begunCount += 1
      }
      let startsWatch = timeLimit != nil && !state.isWatched
      if startsWatch { state.isWatched = true }
      return (state.isClosed, startsWatch)
    }
    guard let flags else { throw .tooManyStatements(limit: self.limitPerPrincipal ?? 0) }
    if flags.isClosed { cancellation.cancel(.shutdown) }
    if flags.startsWatch { Task { await self.watch() } }
  }

  func remove(_ cancellation: Cancellation) {
    self.state.withLock { state in
      let removed = state.statements.removeValue(forKey: ObjectIdentifier(cancellation))
      guard let principal = removed?.principal, let count = state.counts[principal] else { return }
      state.counts[principal] = count > 1 ? count - 1 : nil
    }
  }

  /// Cancels every statement at work, and those that come later.
  func cancelAll() {
    let cancellations = self.state.withLock { state in
      state.isClosed = true
      return state.statements.values.map(\.cancellation)
    }
    for cancellation in cancellations { cancellation.cancel(.shutdown) }
  }

  /// Stops what works for too long, until no statement with a time limit is left.
  private func watch() async {
    while true {
      let limited = self.state.withLock { state in
        let limited = state.statements.values.map(\.cancellation).filter(\.hasTimeLimit)
        state.isWatched = !limited.isEmpty
        return limited
      }
      guard !limited.isEmpty else { return }
      for cancellation in limited { cancellation.cancelIfOverdue() }
      try? await Task.sleep(for: Self.watchInterval)
    }
  }
}
