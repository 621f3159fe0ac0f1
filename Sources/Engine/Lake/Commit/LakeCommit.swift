internal import DuckDB
internal import Foundation

/// Commits transactions that have changed a lake, one at a time, and only what doesn't undo others'
/// removals.
///
/// DuckLake 1.5.5 misses that two transactions have removed rows of one file that had removed rows
/// before, and commits both: then all of those rows are there again. It also never lets go of a
/// transaction whose commit has failed, but of one that is rolled back: what would fail is not tried,
/// as far as that can be told at no cost.
struct LakeCommit {
  /// How often what is a transaction of its own is tried, if others have changed its tables meanwhile.
  private static let attemptLimit = 5
  /// How long a commit waits at most for others.
  static let waitLimit = Duration.seconds(60)
  private static let fileLockPause = 0.002

  let lake: Lake
  let database: Database
  let cancellation: Cancellation

  /// Runs `work`, which is all there is to a transaction, and again if others have changed the same
  /// tables meanwhile: what it did is rolled back then.
  ///
  /// - Parameters:
  ///   - isPassing: Whether another error may be gone in another attempt, and has left nothing behind.
  ///   - noteConflict: Called before another attempt.
  static func repeating<Value>(
    on connection: borrowing Connection,
    _ cancellation: Cancellation,
    where isPassing: (any Error) -> Bool = { _ in false },
    onConflict noteConflict: () -> Void = {},
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    var attemptCount = 1
    while true {
      do {
        return try work(connection)
      } catch
        where attemptCount < Self.attemptLimit && (Self.isConflict(error) || isPassing(error))
      {
        if let reason = cancellation.reason { throw reason.error }
        noteConflict()
        attemptCount += 1
      }
    }
  }

  private static func isConflict(_ error: any Error) -> Bool {
    if case EngineError.lakeConflict = error { true } else { false }
  }

  /// Commits the transaction that is open on a connection.
  ///
  /// Where this throws, the transaction is to be rolled back.
  func commit(_ connection: borrowing Connection, _ changes: LakeChanges) throws {
    try self.lake.commitTurn.take(self.cancellation, atMost: Self.waitLimit)
    defer { self.lake.commitTurn.give() }
    if !changes.removals.isEmpty {
      try self.commitRemoving(connection, changes)
    } else {
      if !changes.insertedTables.isEmpty, self.mayBeRefused(changes) {
        try self.requireInsertable(changes, on: connection)
      }
      try self.end(connection, changes)
    }
  }

  private func end(_ connection: borrowing Connection, _ changes: LakeChanges) throws {
    // Where COMMIT fails, it may have been done all the same.
    defer { if changes.isMoreThanInsertions { self.lake.countCommit() } }
    guard changes.mayDefine else { return try connection.commit() }
    try self.lake.commitDefinitions(connection, self.database, self.cancellation)
  }

  /// Whether it is worth a question to the catalog if others have been in the way of rows that are added.
  private func mayBeRefused(_ changes: LakeChanges) -> Bool {
    self.lake.commitCount != changes.start
      // On other servers too.
      || changes.hasIngested && self.lake.postgresSchema != nil
  }

  /// Commits what no other server may commit beside it.
  private func commitRemoving(_ connection: borrowing Connection, _ changes: LakeChanges) throws {
    let fileLock = try self.lockFile()
    defer { withExtendedLifetime(fileLock) {} }
    let observer = try self.database.connect()
    try self.lock(observer)
    do {
      try self.requireNoConflict(with: changes, on: connection, observer)
      try self.end(connection, changes)
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

  /// Fails where others have changed what a transaction removes rows from.
  private func requireNoConflict(
    with changes: LakeChanges,
    on connection: borrowing Connection,
    _ observer: borrowing Connection
  ) throws {
    let targets = changes.removals
    let later = try self.laterChanges(on: connection, observer)
    guard !targets.isWholeLake || later.isEmpty else {
      throw EngineError.lakeConflict(table: nil)
    }
    let others = later.flatMap(\.self)
    guard !targets.mayBeOthers || others.allSatisfy(\.isInsertion) else {
      throw EngineError.lakeConflict(table: nil)
    }
    let changed = others.filter { !changes.ignoresInsertions || !$0.isInsertion }
    try self.requireNone(of: targets.tables, in: changed, observer)
  }

  /// Fails where others have made changes to a table that DuckLake adds no rows to then.
  private func requireInsertable(
    _ changes: LakeChanges,
    on connection: borrowing Connection
  ) throws {
    let observer = try self.database.connect()
    let later = try self.laterChanges(on: connection, observer)
    let obstacles = later.flatMap(\.self).filter(\.preventsInsertion)
    try self.requireNone(of: changes.insertedTables, in: obstacles, observer)
  }

  /// The changes in each snapshot that is newer than the transaction's own.
  private func laterChanges(
    on connection: borrowing Connection,
    _ observer: borrowing Connection
  ) throws -> [[SnapshotChange]] {
    let known = try connection.texts(self.lake.currentSnapshotQuery).first?[0].flatMap { Int($0) }
    guard let known else { throw EngineError.lakeConflict(table: nil) }
    let later = try observer.texts(self.lake.changesQuery(since: known))
    // One that was forgotten meanwhile may have changed anything.
    guard later.enumerated().allSatisfy({ $1[0] == "\(known + 1 + $0)" }) else {
      throw EngineError.lakeConflict(table: nil)
    }
    return later.map { SnapshotChange.list($0[1] ?? "") }
  }

  private func requireNone(
    of tables: Set<String>,
    in changes: [SnapshotChange],
    _ observer: borrowing Connection
  ) throws {
    let changed = Set(changes.map(\.tableID))
    guard !changed.isEmpty, !tables.isEmpty else { return }
    let names = try observer.texts(self.lake.namesQuery(of: changed)).compactMap { $0[0] }
    if let name = names.first(where: { tables.contains($0.asciiLowercased) }) {
      throw EngineError.lakeConflict(table: name)
    }
  }
}
