internal import DuckDB

/// A DuckDB database, the sessions on it and the threads they run on.
package final class Engine: Sendable {
  package let sessions: SessionRegistry
  let resources: EngineResources
  /// Keeps the lake in order; there is none without a lake that may be written to.
  package let maintenance: LakeMaintenance?
  /// Whether the lake was made by this start, or never used since, in a folder with Parquet files of
  /// which it knows nothing.
  package let hasNewLakeAmongFiles: Bool

  /// DuckDB's version, such as `v1.5.5`.
  package static var duckDBVersion: String { Library.version }

  /// Opens the database and runs the initial SQL.
  ///
  /// Blocks until both are done.
  package init(_ configuration: EngineConfiguration) throws {
    let spillFolder = SpillFolder(in: configuration.temporaryDirectory)
    let database = try Database(
      path: configuration.databasePath,
      options: configuration.startOptions(spillingTo: spillFolder)
    )
    let connection = try database.connect()
    // DuckDB's default is the machine's, under whatever name the machine knows it by.
    try connection.execute(
      "SET GLOBAL TimeZone = \(SQLText.literal(SessionConnection.defaultTimeZone))"
    )
    if let byteCount = configuration.spillByteLimit {
      // Among the options a database is opened with, DuckDB takes it and then doesn't heed it.
      try connection.execute(
        "SET GLOBAL max_temp_directory_size = \(SQLText.literal("\(byteCount)B"))"
      )
    }
    let lake = try configuration.lake.dataPath.map { dataPath in
      try Lake(
        configuration.lake,
        dataPath: dataPath,
        isReadOnly: configuration.isReadOnly,
        temporaryDirectory: configuration.temporaryDirectory,
        on: connection
      )
    }
    self.hasNewLakeAmongFiles = try lake?.isNewAmongFiles(on: connection) ?? false
    for sql in configuration.initialSQL {
      do {
        try connection.execute(sql.text)
        try connection.requireNoTransaction()
      } catch {
        throw DuckDBError(code: error.code, message: "\(sql.source): \(error.message)")
      }
    }
    let rowFunction = try RowFunction(on: connection)
    let hidesFolder = configuration.isLockedDown ?? true
    let isFolderHidden = try hidesFolder && lake?.hideFolder(on: database) ?? false
    // Where a lake is the default catalog, it is asked for each function by name.
    let aside = try database.connect()
    let lockdown = try Lockdown(on: aside, hiddenFolder: isFolderHidden ? lake?.dataPath : nil)
    let isLockedDown = configuration.isLockedDown ?? lockdown.hasLake
    let statementGuard = isLockedDown ? try lockdown.apply(on: aside) : nil
    let threads = WorkerThreads(count: configuration.workerCount)
    let resources = EngineResources(
      configuration: configuration,
      spillFolder: spillFolder,
      database: database,
      threads: threads,
      lake: lake,
      rowFunction: rowFunction,
      statementGuard: statementGuard
    )
    self.resources = resources
    let sessions = SessionRegistry(resources: resources)
    self.sessions = sessions
    self.maintenance =
      configuration.isReadOnly
      ? nil
      : lake.map { LakeMaintenance(of: $0, resources: resources, sessions: sessions) }
  }

  /// Whether DuckDB has met a fatal error, and refuses every statement since.
  package var isInvalidated: Bool { self.resources.invalidation.hasOccurred }

  /// Waits until the engine is invalidated, or the task is cancelled.
  package func waitForInvalidation() async { await self.resources.invalidation.wait() }

  /// Statements at work, streaming ones included.
  package var activeStatementCount: Int { self.resources.activeStatements.count }

  /// What the engine is about at this moment.
  package var activity: Activity {
    Activity(
      activeStatementCount: self.activeStatementCount,
      begunStatementCount: self.resources.activeStatements.begunCount,
      sessionCount: self.sessions.count
    )
  }

  /// Results announced and not fetched.
  package var unfetchedResultCount: Int { self.resources.unfetched.count }

  /// Frees what nobody has asked for in time.
  ///
  /// To be called now and then.
  package func removeExpired() {
    self.resources.unfetched.removeExpired()
    self.resources.polled.removeExpired()
    self.sessions.closeIdle()
  }

  /// Rolls back the transactions that nobody has used for long, and those that are too old.
  ///
  /// To be called now and then. Waits for workers.
  package func expireTransactions() async {
    await self.sessions.expireTransactions()
  }

  /// Interrupts every statement, now and from now on.
  package func cancelStatements() {
    self.resources.activeStatements.cancelAll()
  }

  /// Brings files of databases up to date while nobody asks anything: what is in a write-ahead log is
  /// in memory, too.
  ///
  /// Blocks.
  package func rest() {
    guard !self.resources.configuration.opensReadOnly else { return }
    // With a transaction open it can't be done. There will be another time.
    for statement in ["CHECKPOINT", self.resources.lake?.checkpointStatement].compactMap(\.self) {
      try? self.resources.database.connect().execute(statement)
    }
  }

  /// Ends every session and brings a database file up to date, so that nothing is left in its
  /// write-ahead log.
  package func close() async throws {
    self.cancelStatements()
    self.maintenance?.stop()
    self.sessions.closeAll()
    // Statements that were interrupted let go of their connections a moment later.
    let deadline = ContinuousClock.now + Self.disconnectionLimit
    while self.resources.database.connectionCount > 0, .now < deadline {
      try await Task.sleep(for: .milliseconds(5))
    }
    await self.resources.threads.stop()
    if !self.resources.configuration.opensReadOnly {
      try self.resources.database.connect().execute("CHECKPOINT")
    }
    if let lake = self.resources.lake {
      try self.resources.database.connect().execute(lake.detachStatement)
    }
    self.resources.spillFolder.remove()
  }

  /// How long the end of all connections is waited for at most before the database is closed.
  private static let disconnectionLimit = Duration.seconds(5)
}
