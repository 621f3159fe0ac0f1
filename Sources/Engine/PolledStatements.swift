internal import Auth
internal import Synchronization

/// The statements whose clients poll for their end, and their results until these expire.
final class PolledStatements: Sendable {
  private struct Entry {
    var statement: PolledStatement
    var deadline: ContinuousClock.Instant
  }

  private let limit: Int
  private let limitPerPrincipal: Int?
  private let lifetime: Duration
  private let entries = Mutex<[Handle: Entry]>([:])

  init(limit: Int, limitPerPrincipal: Int?, lifetime: Duration) {
    self.limit = limit
    self.limitPerPrincipal = limitPerPrincipal
    self.lifetime = lifetime
  }

  /// Keeps a statement; if there are too many, of its principal or in all, the one of those goes that
  /// has ended and expires first.
  func insert(_ statement: PolledStatement) throws(EngineError) {
    // Results are freed outside the lock: their last reference may own much.
    let outcome = self.entries.withLock { entries -> Result<Entry?, EngineError> in
      let principal = statement.session.principal
      let own = entries.values.filter { $0.statement.session.principal == principal }
      var dropped: Entry?
      if let limit = self.limitPerPrincipal, own.count >= limit {
        guard let first = Self.firstEnded(of: own) else {
          return .failure(.tooManyPolledStatementsOfPrincipal(limit: limit))
        }
        dropped = first
      } else if entries.count >= self.limit {
        guard let first = Self.firstEnded(of: entries.values) else {
          return .failure(.tooManyPolledStatements(limit: self.limit))
        }
        dropped = first
      }
      if let dropped { entries[dropped.statement.handle] = nil }
      entries[statement.handle] = Entry(statement: statement, deadline: .now + self.lifetime)
      return .success(dropped)
    }
    let dropped = try outcome.get()
    withExtendedLifetime(dropped) {}
  }

  private static func firstEnded(of entries: some Sequence<Entry>) -> Entry? {
    entries.lazy.filter { !$0.statement.isRunning }.min { $0.deadline < $1.deadline }
  }

  /// A statement of that principal; those of others are unknown.
  subscript(handle: Handle, principal: Principal) -> PolledStatement? {
    self.entries.withLock { Self.entry(handle, of: principal, $0)?.statement }
  }

  private static func entry(
    _ handle: Handle,
    of principal: Principal,
    _ entries: [Handle: Entry]
  ) -> Entry? {
    guard let entry = entries[handle], entry.deadline > .now,
      entry.statement.session.principal == principal
    else { return nil }
    return entry
  }

  /// Gives a statement its whole lifetime again.
  ///
  /// - Returns: When it expires; `nil` if it is unknown.
  func renew(_ handle: Handle, for principal: Principal) -> ContinuousClock.Instant? {
    self.entries.withLock { entries in
      guard Self.entry(handle, of: principal, entries) != nil else { return nil }
      let deadline = ContinuousClock.now + self.lifetime
      entries[handle]?.deadline = deadline
      return deadline
    }
  }

  func remove(_ handle: Handle) {
    self.cancel(self.entries.withLock { $0.removeValue(forKey: handle).map { [$0] } ?? [] })
  }

  func removeExpired() {
    self.removeAll { $0.deadline <= .now }
  }

  func removeAll(of session: Session) {
    self.removeAll { $0.statement.session === session }
  }

  private func removeAll(where condition: (Entry) -> Bool) {
    let dropped = self.entries.withLock { entries in
      let dropped = entries.filter { condition($0.value) }
      for handle in dropped.keys { entries[handle] = nil }
      return Array(dropped.values)
    }
    self.cancel(dropped)
  }

  private func cancel(_ entries: [Entry]) {
    for entry in entries { entry.statement.cancel(.callEnded) }
  }
}
