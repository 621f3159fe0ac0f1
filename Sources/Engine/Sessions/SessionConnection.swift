internal import ArrowIPC
internal import Auth
internal import DuckDB
internal import Synchronization

/// One DuckDB connection of a session: an actor whose thread may block.
///
/// Statements on it run one after the other. One that finds the result of an earlier one still
/// being read sets that aside first (``Spool``): DuckDB would close it.
actor SessionConnection {
  let resources: EngineResources
  let state: SessionState
  /// What the session's principal may do.
  let role: Role
  private nonisolated let executor: SerialBlockingExecutor
  private nonisolated let compiledStatementCount = Atomic(0)
  private var opened: OpenedConnection?
  private var repeatedSettingCount = 0
  private var countsProgress = false
  private(set) var timeZone = SessionConnection.defaultTimeZone
  var live: LiveResult?
  /// The transaction that the server has begun around a statement, if one is open.
  var own: OwnTransaction?
  /// Whether the server has begun a transaction around work that is to be done in whole or not at all.
  var isAtomic = false
  /// Counts what ends the time for which a plan holds that was made in a transaction: its end, and each
  /// statement that may have changed data.
  var point = 0
  /// How many rows the latest statement has changed: DuckDB may end a transaction after it that makes
  /// it whole.
  var rowsChangedLast = 0
  /// What has been done in the open transaction.
  var effects = TransactionEffects(lake: LakeChanges(since: 0))
  /// The version of all data before the statement at work began to change them.
  var versionBeforeChange: Int?
  /// The statements that were prepared by SQL.
  var preparedBySQL = StatementsPreparedBySQL()
  /// Whether definitions have been changed since the last transaction began or ended.
  var hasChangedDefinitions = false
  /// What the statements that were prepared by SQL remove rows from.
  var preparedRemovals = RemovalTargets()

  static let defaultTimeZone = "UTC"

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe self.executor.asUnownedSerialExecutor()
  }

  /// Whether a statement would have to wait for others on this connection.
  nonisolated var isOccupied: Bool { self.executor.isOccupied }

  /// Whether statements that were compiled here are still there, and keep the connection open.
  nonisolated var hasCompiledStatements: Bool {
    self.compiledStatementCount.load(ordering: .acquiring) > 0
  }

  init(resources: EngineResources, state: SessionState, role: Role) {
    self.resources = resources
    self.state = state
    self.role = role
    self.executor = SerialBlockingExecutor(threads: resources.threads)
  }

  /// Notes that a statement has been compiled here, by 1, or is gone, by -1.
  nonisolated func countCompiledStatements(by change: Int) {
    self.compiledStatementCount.add(change, ordering: .acquiringAndReleasing)
  }

  /// Makes the connection ready for its next statement and runs `work` on it.
  ///
  /// Counts as waiting in the queue until it begins: the caller has entered it.
  ///
  /// - Parameter statement: The statement, if it may have been announced or prepared here.
  func begin<Value>(
    _ cancellation: Cancellation,
    executing statement: CompiledStatement? = nil,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    self.resources.queue.leave(cancellation)
    if let reason = cancellation.reason { throw reason.error }
    self.setLiveResultAside()
    self.expireOldTransaction()
    self.resources.lake?.awaitDefinitions(self.resources.database, cancellation)
    let opened = try self.open()
    self.resumeOwn(for: statement, on: opened.connection)
    defer {
      if self.live == nil, self.own?.isAtWork == true { self.rollBackOwn(on: opened.connection) }
    }
    return try self.run(on: opened, cancellation) {
      try self.repeatSettings(on: opened)
      if cancellation.reportsProgress { self.countProgress(on: opened) }
      return try work(opened.connection)
    }
  }

  /// Goes on with the statement that ``begin(_:_:)`` began.
  func proceed<Value>(
    _ cancellation: Cancellation,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    // There is no statement to go on with unless the connection is open.
    guard let opened else { throw EngineError.sessionClosed }
    return try self.run(on: opened, cancellation) { try work(opened.connection) }
  }

  private func run<Value>(
    on opened: OpenedConnection,
    _ cancellation: Cancellation,
    _ work: () throws -> Value
  ) throws -> Value {
    do {
      return try cancellation.run(on: opened.connection.interrupter, work)
    } catch let error as DuckDBError {
      guard error.code == .interrupted else { throw self.outward(error) }
      // Nobody interrupts but cancellations: seen once in some hundred errors of parallel results.
      guard let reason = cancellation.reason else { throw EngineError.reasonLost }
      Self.freeMemory(of: opened)
      throw reason.error
    }
  }

  /// An error of DuckDB's as clients are told it.
  private func outward(_ error: DuckDBError) -> any Error {
    if error.code == .fatal { self.resources.invalidation.occur() }
    if let loss = error.lossAtEnd { return loss }
    if let reason = self.permissionError(for: error) ?? self.folderError(for: error) {
      return reason
    }
    return self.resources.redactor.redacted(error)
  }

  /// Drops a result before its end.
  func drop(_ live: LiveResult) {
    self.live = nil
    guard let opened else { return }
    self.rollBackOwn(on: opened.connection)
    Self.freeMemory(of: opened)
  }

  /// Ends a result that has been computed to its end.
  func finish(_ live: LiveResult) throws {
    try self.proceed(live.stream.cancellation) { connection in
      try self.commitOwn(on: connection, live.stream.cancellation)
    }
    self.live = nil
  }

  /// DuckDB keeps the memory of a query that didn't reach its end until the connection compiles its
  /// next statement.
  private static func freeMemory(of opened: OpenedConnection) {
    _ = try? opened.connection.prepare("SELECT 1")
  }

  /// Makes DuckDB count how far its statements get.
  private func countProgress(on opened: OpenedConnection) {
    guard !self.countsProgress else { return }
    // In a transaction that has failed it can't be set: then the progress stays unknown.
    do {
      // In this order: DuckDB would write to the server's standard output.
      try opened.connection.execute("SET enable_progress_bar_print = false")
      try opened.connection.execute("SET enable_progress_bar = true")
      self.countsProgress = true
    } catch {}
  }

  private func open() throws -> OpenedConnection {
    if let opened { return opened }
    do throws(DuckDBError) {
      let opened = OpenedConnection(try self.resources.database.connect())
      // It asks the lake's catalog, which may be out of reach.
      if let lake = self.resources.lake { try opened.connection.execute(lake.useStatement) }
      self.opened = opened
      return opened
    } catch {
      throw self.outward(error)
    }
  }

  private func repeatSettings(on opened: OpenedConnection) throws {
    // Not within a transaction: in one that an error has aborted nothing but its end can run.
    guard !self.state.isInTransaction(ObjectIdentifier(self)) else { return }
    for text in self.state.settings(after: self.repeatedSettingCount) {
      do {
        try opened.connection.execute(text)
      } catch {
        if error.code != .interrupted { self.state.stayWhereSettingsAre() }
        throw error
      }
      self.repeatedSettingCount += 1
      try self.noteTimeZone(after: text, on: opened.connection)
    }
  }

  /// Records what a statement did to the session once it has run.
  func record(_ effect: StatementEffect, on connection: borrowing Connection) throws {
    guard effect != .none else { return }
    if effect == .beginsTransaction { self.noteTransactionBoundary() }
    self.repeatedSettingCount = self.state.record(
      effect,
      on: ObjectIdentifier(self),
      repeatedCount: self.repeatedSettingCount
    )
    if case .changesSettings(let text) = effect {
      self.resources.definitions.noteChange()
      try self.noteTimeZone(after: text, on: connection)
    }
  }

  /// The columns in which a result travels.
  func schema(of columns: [Column]) throws -> Schema {
    try Schema(columns: columns, timeZone: self.timeZone)
  }

  /// - Parameter next: The results that follow, if there are several.
  func reader(
    _ result: consuming QueryResult,
    followedBy next: @escaping () throws -> QueryResult? = { nil }
  ) throws -> RecordBatchReader {
    try RecordBatchReader(
      result,
      followedBy: next,
      timeZone: self.timeZone,
      limits: self.resources.configuration.batchLimits
    )
  }

  /// The time zone is part of the type of `TIMESTAMP WITH TIME ZONE` columns.
  private func noteTimeZone(after text: String, on connection: borrowing Connection) throws {
    guard text.uppercased().contains("ZONE") else { return }
    var result = try connection.prepare("SELECT system.main.current_setting('TimeZone')").stream()
    guard let chunk = try result.nextChunk(), let name = chunk.text(column: 0, row: 0) else {
      return
    }
    self.timeZone = name
  }
}

/// Gives a connection a place to be stored in: an optional of a type that can't be copied can't be
/// borrowed.
private final class OpenedConnection {
  let connection: Connection

  init(_ connection: consuming Connection) {
    self.connection = connection
  }
}
