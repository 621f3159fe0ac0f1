internal import Synchronization

/// The transactions in which queries wait to be fetched, and those of such queries that are being
/// read.
///
/// Each holds a snapshot, and mostly a connection to a lake's catalog. Clients fetch at once or not at
/// all: who takes longer finds the query in no transaction, and it gets another.
package final class AnnouncedTransactions<Connection: AnyObject & Sendable>: Sendable {
  private struct Entry {
    weak var connection: Connection?
    let start: ContinuousClock.Instant
    var isWaiting = true
    /// Whether somebody is about to end it.
    var isEnding = false
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var waitingCount = 0
    var isWatched = false
  }

  /// How long a transaction waits for its query to be fetched.
  private let lifetime = Duration.seconds(1)
  /// How often those that wait are looked at.
  private let watchInterval = Duration.milliseconds(250)

  private let limit: Int
  private let end: @Sendable (Connection) async -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - limit: How many may wait at a time.
  ///   - end: Ends the transaction of a connection, if it still waits.
  package init(limit: Int, end: @escaping @Sendable (Connection) async -> Void) {
    self.limit = limit
    self.end = end
  }

  /// When the oldest began.
  package var oldestStart: ContinuousClock.Instant? {
    self.state.withLock { $0.entries.values.map(\.start).min() }
  }

  /// Lets the transaction of a connection wait, unless too many do.
  package func insert(_ connection: Connection, since start: ContinuousClock.Instant) -> Bool {
    let (isInserted, startsWatch) = self.state.withLock { state -> (Bool, Bool) in
      guard state.waitingCount < self.limit else { return (false, false) }
      let entry = Entry(connection: connection, start: start)
      let previous = state.entries.updateValue(entry, forKey: ObjectIdentifier(connection))
      // What had this identity before may have gone with its session.
      if previous?.isWaiting != true { state.waitingCount += 1 }
      defer { state.isWatched = true }
      return (true, !state.isWatched)
    }
    if startsWatch { Task { await self.watch() } }
    return isInserted
  }

  /// Notes that the query is being executed.
  package func noteFetch(on connection: Connection) {
    self.state.withLock { state in
      guard state.entries[ObjectIdentifier(connection)]?.isWaiting == true else { return }
      state.entries[ObjectIdentifier(connection)]?.isWaiting = false
      state.waitingCount -= 1
    }
  }

  /// Notes that the transaction of a connection has ended.
  package func remove(_ connection: Connection) {
    self.state.withLock { Self.remove(ObjectIdentifier(connection), from: &$0) }
  }

  private static func remove(_ id: ObjectIdentifier, from state: inout State) {
    if state.entries.removeValue(forKey: id)?.isWaiting == true { state.waitingCount -= 1 }
  }

  /// Ends those that have waited for too long, until there are none left.
  private func watch() async {
    while true {
      let overdue = self.state.withLock { state -> [Connection]? in
        for (id, entry) in state.entries where entry.connection == nil {
          Self.remove(id, from: &state)
        }
        state.isWatched = state.waitingCount > 0
        return state.isWatched ? self.takeOverdue(&state) : nil
      }
      guard let overdue else { return }
      // A connection may have begun something long meanwhile, for which the others don't wait.
      for connection in overdue { Task { await self.endOverdue(connection) } }
      try? await Task.sleep(for: self.watchInterval)
    }
  }

  private func takeOverdue(_ state: inout State) -> [Connection] {
    var overdue: [Connection] = []
    for (id, entry) in state.entries
    where entry.isWaiting && !entry.isEnding && entry.start + self.lifetime < .now {
      guard let connection = entry.connection else { continue }
      state.entries[id]?.isEnding = true
      overdue.append(connection)
    }
    return overdue
  }

  private func endOverdue(_ connection: Connection) async {
    await self.end(connection)
    self.state.withLock { $0.entries[ObjectIdentifier(connection)]?.isEnding = false }
  }
}
