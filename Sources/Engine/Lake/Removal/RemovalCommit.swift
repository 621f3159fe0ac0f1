internal import DuckDB
internal import Foundation

/// Commits transactions that have removed rows from tables of a lake, one at a time, and only what
/// doesn't undo others' removals.
///
/// DuckLake 1.5.5 misses that two transactions have removed rows of one file that had removed rows
/// before, and commits both: then all of those rows are there again. It also never lets go of a
/// transaction whose commit has failed, but of one that is rolled back.
struct RemovalCommit {
  /// How often what is a transaction of its own is tried, if others have changed its tables meanwhile.
  static let attemptLimit = 5
  /// How long a commit waits at most for others that have removed rows.
  static let waitLimit = Duration.seconds(60)
  private static let fileLockPause = 0.002

  let lake: Lake
  let database: Database
  let cancellation: Cancellation

  /// Commits the transaction that is open on a connection.
  ///
  /// Where this throws, the transaction is to be rolled back.
  ///
  /// - Parameters:
  ///   - targets: What it has removed rows from.
  ///   - ignoresInsertions: Whether rows that others have added to those tables don't matter.
  func commit(
    _ connection: borrowing Connection,
    removingFrom targets: RemovalTargets,
    ignoringInsertions ignoresInsertions: Bool = false
  ) throws {
    try self.lake.commitTurn.take(self.cancellation, atMost: Self.waitLimit)
    defer { self.lake.commitTurn.give() }
    let fileLock = try self.lockFile()
    defer { withExtendedLifetime(fileLock) {} }
    let observer = try self.database.connect()
    try self.lock(observer)
    do {
      try self.requireNoConflict(with: targets, ignoresInsertions, on: connection, observer)
      try connection.commit()
    } catch {
      self.unlock(observer)
      throw error
    }
    self.unlock(observer)
  }

  /// Keeps other processes waiting that have the catalog's file open.
  private func lockFile() throws -> CatalogFileLock? {
    guard let path = self.lake.sharedCatalogPath else { return nil }
    let deadline = ContinuousClock.now + Self.waitLimit
    while true {
      if let lock = try CatalogFileLock(.commit, ofCatalog: path) { return lock }
      try self.requireWaiting(until: deadline)
      Thread.sleep(forTimeInterval: Self.fileLockPause)
    }
  }

  /// Begins a transaction that keeps those of other servers waiting, to be ended by ``unlock(_:)``.
  private func lock(_ observer: borrowing Connection) throws {
    // Without a lock no transaction either: one that has read keeps SQLite from committing.
    guard let statement = self.lake.commitLockStatement else { return }
    let deadline = ContinuousClock.now + Self.waitLimit
    while true {
      try observer.execute("BEGIN TRANSACTION")
      do throws(DuckDBError) {
        return try observer.execute(statement)
      } catch {
        try? observer.execute("ROLLBACK")
        guard Lake.isLockTimeout(error) else { throw error }
        try self.requireWaiting(until: deadline)
      }
    }
  }

  /// Fails where whoever waits has waited for long enough.
  private func requireWaiting(until deadline: ContinuousClock.Instant) throws(EngineError) {
    if let reason = self.cancellation.reason { throw reason.error }
    guard .now < deadline else { throw .commitWaitExceeded(Self.waitLimit) }
  }

  private func unlock(_ observer: borrowing Connection) {
    guard self.lake.commitLockStatement != nil else { return }
    try? observer.execute("ROLLBACK")
  }

  private func requireNoConflict(
    with targets: RemovalTargets,
    _ ignoresInsertions: Bool,
    on connection: borrowing Connection,
    _ observer: borrowing Connection
  ) throws {
    let known = try connection.texts(self.lake.currentSnapshotQuery).first?[0].flatMap { Int($0) }
    guard let known else { throw EngineError.lakeConflict(table: nil) }
    let later = try observer.texts(self.lake.changesQuery(since: known))
    // One that was forgotten meanwhile may have changed anything.
    guard later.enumerated().allSatisfy({ $1[0] == "\(known + 1 + $0)" }) else {
      throw EngineError.lakeConflict(table: nil)
    }
    guard !targets.isWholeLake || later.isEmpty else {
      throw EngineError.lakeConflict(table: nil)
    }
    let changes = later.flatMap { SnapshotChange.list($0[1] ?? "") }
    guard !targets.mayBeOthers || changes.allSatisfy(\.isInsertion) else {
      throw EngineError.lakeConflict(table: nil)
    }
    let changed = Set(
      changes.filter { !ignoresInsertions || !$0.isInsertion }.map(\.tableID)
    )
    guard !changed.isEmpty, !targets.tables.isEmpty else { return }
    let names = try observer.texts(self.lake.namesQuery(of: changed)).compactMap { $0[0] }
    if let name = names.first(where: { targets.tables.contains($0.asciiLowercased) }) {
      throw EngineError.lakeConflict(table: name)
    }
  }
}
