internal import Auth
internal import Synchronization

/// The statements whose clients poll for their end, and their results until these expire.
final class PolledStatements: Sendable {
  private struct Entry {
    var statement: PolledStatement
    var deadline: ContinuousClock.Instant
  }

  private let limit: Int
  private let lifetime: Duration
  private let entries = Mutex<[Handle: Entry]>([:])

  init(limit: Int, lifetime: Duration) {
    self.limit = limit
    self.lifetime = lifetime
  }

  /// Keeps a statement; if there are too many, the one goes that has ended and expires first.
  func insert(_ statement: PolledStatement) throws(EngineError) {
    // Results are freed outside the lock: their last reference may own much.
    let dropped: Entry?? = self.entries.withLock { entries in
      var dropped: Entry?
      if entries.count >= self.limit {
        let ended = entries.values.filter { !$0.statement.isRunning }
        guard let first = ended.min(by: { $0.deadline < $1.deadline }) else { return nil }
        dropped = entries.removeValue(forKey: first.statement.handle)
      }
      entries[statement.handle] = Entry(statement: statement, deadline: .now + self.lifetime)
      return .some(dropped)
    }
    guard let dropped else { throw .tooManyPolledStatements(limit: self.limit) }
    withExtendedLifetime(dropped) {}
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
