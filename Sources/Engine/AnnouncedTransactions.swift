internal import Synchronization

/// The transactions in which queries wait to be fetched, and those of such queries that are being
/// read.
///
/// Each holds a snapshot, and mostly a connection to a lake's catalog. Clients fetch at once or not at
/// all: who takes longer finds the query in no transaction, and it gets another.
final class AnnouncedTransactions: Sendable {
  private struct Entry {
    weak var connection: SessionConnection?
    let start: ContinuousClock.Instant
    var isWaiting = true
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var waitingCount = 0
    var isWatched = false
  }

  /// How long a transaction waits for its query to be fetched.
  static let lifetime = Duration.seconds(1)
  /// How often those that wait are looked at.
  private static let watchInterval = Duration.milliseconds(250)

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter limit: How many may wait at a time.
  init(limit: Int) {
    self.limit = limit
  }

  /// When the oldest began.
  var oldestStart: ContinuousClock.Instant? {
    self.state.withLock { $0.entries.values.map(\.start).min() }
  }

  /// Lets the transaction of a connection wait, unless too many do.
  func insert(_ connection: SessionConnection, since start: ContinuousClock.Instant) -> Bool {
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
  func noteFetch(on connection: SessionConnection) {
    self.state.withLock { state in
      guard state.entries[ObjectIdentifier(connection)]?.isWaiting == true else { return }
      state.entries[ObjectIdentifier(connection)]?.isWaiting = false
      state.waitingCount -= 1
    }
  }

  /// Notes that the transaction of a connection has ended.
  func remove(_ connection: SessionConnection) {
    self.state.withLock { Self.remove(ObjectIdentifier(connection), from: &$0) }
  }

  private static func remove(_ id: ObjectIdentifier, from state: inout State) {
    if state.entries.removeValue(forKey: id)?.isWaiting == true { state.waitingCount -= 1 }
  }

  /// Ends those that have waited for too long, until there are none left.
  private func watch() async {
    while true {
      let overdue = self.state.withLock { state -> [SessionConnection]? in
        for (id, entry) in state.entries where entry.connection == nil {
          Self.remove(id, from: &state)
        }
        state.isWatched = state.waitingCount > 0
        guard state.isWatched else { return nil }
        return state.entries.values
          .filter { $0.isWaiting && $0.start + Self.lifetime < .now }
          .compactMap(\.connection)
      }
      guard let overdue else { return }
      for connection in overdue { await connection.endAnnouncedTransaction() }
      try? await Task.sleep(for: Self.watchInterval)
    }
  }
}
