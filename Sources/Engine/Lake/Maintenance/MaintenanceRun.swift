internal import DuckDB

/// One run of a lake's maintenance, step by step.
///
/// Its lock, where there is one, is free again when this goes.
struct MaintenanceRun: ~Copyable {
  /// Who has made its snapshots.
  private static let author = "lakehouse maintenance"

  private let lake: Lake
  private let database: Database
  private let connection: Connection
  /// Has a transaction open, which holds PostgreSQL's lock.
  private let lock: Connection
  /// The same where the catalog is in a file that others may have open.
  private var fileLock: CatalogFileLock?
  private let redactor: ErrorRedactor
  private let data: DataVersion
  private let cancellation: Cancellation
  private let start = ContinuousClock.now
  private(set) var report = MaintenanceReport()

  init(
    of lake: Lake,
    on database: Database,
    redactor: ErrorRedactor,
    data: DataVersion,
    cancellation: Cancellation
  ) throws {
    // Before anything is stored: what can't be copied is all there, or nothing is.
    let connection = try database.connect()
    let lock = try database.connect()
    self.lake = lake
    self.database = database
    self.connection = connection
    self.lock = lock
    self.redactor = redactor
    self.data = data
    self.cancellation = cancellation
  }

  /// Takes the lock.
  ///
  /// - Returns: Whether it was free.
  mutating func begin() throws -> Bool {
    if let path = self.lake.sharedCatalogPath {
      self.fileLock = try CatalogFileLock(.maintenance, ofCatalog: path)
      self.report.isAtWorkElsewhere = self.fileLock == nil
      return self.fileLock != nil
    }
    guard let query = self.lake.maintenanceLockQuery else { return true }
    try self.lock.execute("BEGIN TRANSACTION READ ONLY")
    let isTaken = try self.lock.texts(query, self.cancellation).first?.first == "true"
    self.report.isAtWorkElsewhere = !isTaken
    return isTaken
  }

  /// Makes few files of many; before that, where rows may be in the catalog, files of those.
  ///
  /// - Parameter flushes: Whether rows may be there; else the lake's own options say so.
  mutating func tidyTables(flushing flushes: Bool) throws {
    let inlining = try self.connection.texts(self.lake.inliningQuery, self.cancellation)
    let tables = try self.connection.texts(self.lake.tablesQuery, self.cancellation)
    for row in tables {
      guard let schema = row[0], let table = row[1] else { continue }
      if flushes || !inlining.isEmpty {
        let flushed = try self.step(
          "flush \(table)",
          self.lake.flush(schema: schema, table: table),
          replacingFilesOf: table
        )
        self.report.flushedRowCount += flushed.first ?? 0
      }
      let merged = try self.step(
        "merge files of \(table)",
        self.lake.merge(schema: schema, table: table),
        replacingFilesOf: table
      )
      guard merged.count == 2 else { continue }
      self.report.mergedFileCount += merged[0]
      self.report.mergeResultCount += merged[1]
    }
  }

  /// Forgets the snapshots that have not been the newest for that long.
  ///
  /// The one that was the newest then may be what a transaction that began then reads, however old
  /// it was.
  mutating func expireSnapshots(olderThan age: Duration) throws {
    let newest = try self.connection.texts(
      self.lake.newestSnapshot(olderThan: age),
      self.cancellation
    )
    guard let time = newest.first?[0] else { return }
    let count = try self.step("expire snapshots", self.lake.expireSnapshots(madeBefore: time))
    self.report.expiredSnapshotCount = count.first ?? 0
  }

  mutating func deleteOldFiles(olderThan age: Duration) throws {
    let count = try self.step("delete files", self.lake.deleteOldFiles(olderThan: age))
    self.report.deletedFileCount = count.first ?? 0
  }

  /// Not in a lake that is new, to which all files are unknown: those of a lake whose catalog is
  /// elsewhere, or lost.
  mutating func deleteOrphans(olderThan age: Duration) throws {
    guard try !self.lake.isNew(on: self.connection) else {
      self.report.isOfNewLake = true
      return
    }
    let count = try self.step("delete unknown files", self.lake.deleteOrphans(olderThan: age))
    self.report.deletedOrphanCount = count.first ?? 0
  }

  consuming func end() -> MaintenanceReport {
    var report = self.report
    report.duration = .now - self.start
    return report
  }

  /// Runs a statement whose only row is of numbers, and returns those.
  ///
  /// Of a failure that the next step may not meet the report tells.
  ///
  /// - Parameter table: Whose files are replaced, if any.
  private mutating func step(
    _ name: String,
    _ sql: String,
    replacingFilesOf table: String? = nil
  ) throws -> [Int] {
    if self.lake.postgresSchema != nil {
      // Without the lock another server may have begun.
      _ = try self.lock.texts(self.lake.maintenanceLockCheck, self.cancellation)
    }
    do {
      let transaction = LakeTransaction(
        lake: self.lake,
        database: self.database,
        author: Self.author,
        data: self.data,
        waiting: .blocking,
        cancellation: self.cancellation
      )
      let rows = try transaction.run(on: self.connection, replacingFilesOf: table) {
        try $0.texts(sql, self.cancellation)
      }
      return (rows.first ?? []).compactMap { $0.flatMap { Int($0) } }
    } catch let error as EngineError {
      guard case .lakeConflict = error else { throw error }
      self.report.failures.append("\(name): others have changed it meanwhile")
      return []
    } catch let error as DuckDBError {
      guard error.code != .fatal, !self.cancellation.isCancelled else { throw error }
      let reason = error.lossAtEnd?.message ?? self.redactor.redacted(error).firstLine
      self.report.failures.append("\(name): \(reason)")
      return []
    }
  }
}
