internal import DuckDB

// A statement outside a transaction is compiled and executed in one nonetheless, where that spares a
// lake's catalog a question: which snapshot is the newest is asked once in each.

extension SessionConnection {
  /// How old the transaction of a prepared statement may be when it is executed there: what other servers
  /// have committed since isn't seen.
  private static let executionDelay = Duration.milliseconds(20)

  /// Compiles the next statement of a text and works with it.
  ///
  /// What `work` did has been committed when this returns, unless the statement awaits its fetch.
  ///
  /// - Parameters:
  ///   - text: The statement's own, or that of all of them.
  ///   - isQuery: Whether it seems to be a query that is going to wait for its fetch.
  /// - Returns: `nil` after the last statement.
  func compilingNext<Value>(
    of statements: inout ExtractedStatements,
    _ text: String,
    isQuery: Bool = false,
    on connection: borrowing Connection,
    _ cancellation: Cancellation,
    _ work: (Plan) throws -> Value
  ) throws -> Value? {
    // That of the statement before it in the text.
    if self.own?.isDone == true { self.rollBackOwn(on: connection) }
    guard self.own == nil, !self.state.isInTransaction(ObjectIdentifier(self)),
      try self.resources.lake != nil || !self.tableQueries(in: text).isEmpty
    else { return try self.plan { try self.compileNext(of: &statements) }.map(work) }
    try self.beginOwn(isReadOnly: isQuery, on: connection)
    if !isQuery { try self.signOwnTransaction(before: text, on: connection) }
    guard let plan = try self.plan({ try self.compileNext(of: &statements) }) else { return nil }
    let type = plan.statement.statementType
    guard self.runsWhereCompiled(type), type.readsOnly || !isQuery, !self.rewritesFiles(text) else {
      self.rollBackOwn(on: connection)
      return try work(plan)
    }
    let value = try work(plan)
    try self.commitOwn(on: connection, cancellation)
    return value
  }

  /// Compiles the next of the statements that DuckDB makes of one, such as a `PIVOT` whose columns depend
  /// on the data, and works with it in the transaction of them all: they are to read the same.
  ///
  /// - Parameter isLast: Whether the transaction ends after it, unless it awaits its fetch.
  func compilingPart<Value>(
    of statements: inout ExtractedStatements,
    isLast: Bool,
    on connection: borrowing Connection,
    _ cancellation: Cancellation,
    _ work: (Plan) throws -> Value
  ) throws -> Value? {
    // That of the statement before it in the text.
    if self.own?.isDone == true { self.rollBackOwn(on: connection) }
    if self.own == nil, !self.state.isInTransaction(ObjectIdentifier(self)) {
      try self.beginOwn(on: connection)
      self.own?.hasParts = true
    }
    let value = try self.plan { try self.compileNext(of: &statements) }.map(work)
    if isLast { try self.commitOwn(on: connection, cancellation) }
    return value
  }

  /// Begins the transaction in which a statement is compiled for later, if that is to be one of its own.
  func beginPreparing(_ sql: String, on connection: borrowing Connection) throws {
    guard self.endsLater, self.own == nil, !self.state.isInTransaction(ObjectIdentifier(self))
    else { return }
    let isReadOnly = Self.seemsToRead(sql)
    try self.beginOwn(isReadOnly: isReadOnly, on: connection)
    if !isReadOnly { try self.signOwnTransaction(before: sql, on: connection) }
  }

  /// Leaves the transaction in which a statement was prepared open for its first execution.
  ///
  /// It ends if the statement needs another, or if there is no room.
  func awaitExecution(of statement: CompiledStatement) {
    guard let own, own.isAtWork else { return }
    guard case .committed = statement.plan.basis,
      self.runsWhereCompiled(statement.type), statement.type.readsOnly == own.isReadOnly,
      !self.rewritesFiles(statement.sql),
      self.resources.announced.insert(self, since: own.start)
    else { return self.endOwnLater() }
    self.own?.phase = .awaitingExecution(statement)
  }

  /// Whether a text begins like a query that only reads.
  static func seemsToRead(_ sql: String) -> Bool {
    SQLScanner.beginsQuery(sql) && !LakeFunctions.mayRewriteFiles(sql)
  }

  /// Begins a transaction around a statement.
  ///
  /// - Parameter isReadOnly: Whether it must not write, whatever its principal may do.
  func beginOwn(isReadOnly: Bool = false, on connection: borrowing Connection) throws {
    let isReadOnly = isReadOnly || self.onlyReads
    let own = OwnTransaction(isReadOnly: isReadOnly)
    try connection.begin(isReadOnly: isReadOnly)
    self.own = own
    self.noteTransactionBoundary()
  }

  /// Leaves the transaction in which a query was compiled open for its fetch, if there is room.
  func awaitFetch(of query: CompiledStatement) {
    guard let own, own.isAtWork, self.resources.announced.insert(self, since: own.start) else {
      return
    }
    self.own?.phase = .awaitingFetch(query)
  }

  /// Goes on in the transaction that awaits `statement`; any other ends.
  func resumeOwn(for statement: CompiledStatement?, on connection: borrowing Connection) {
    guard let own else { return }
    switch own.phase {
    case .awaitingFetch(let announced) where announced === statement:
      break
    case .awaitingExecution(let prepared)
    where prepared === statement && self.isUpToDate(prepared, since: own.start):
      if prepared.type.readsOnly {
        self.own?.isUntouched = true
      } else {
        prepared.plan = Plan(statement: prepared.plan.statement, basis: .transaction(self.point))
      }
    default:
      return self.rollBackOwn(on: connection)
    }
    self.own?.phase = .atWork
    self.resources.announced.noteFetch(on: self)
  }

  /// Whether what a statement was prepared for is what there is now: nobody has begun to change anything
  /// here, and elsewhere for no longer than is allowed.
  private func isUpToDate(
    _ prepared: CompiledStatement,
    since start: ContinuousClock.Instant
  ) -> Bool {
    guard case .committed(let version) = prepared.plan.basis else { return false }
    return version == self.resources.data.current && .now < start + Self.executionDelay
  }

  /// Does `work`, which executes a query, in the transaction that waited for it; without that if it fails
  /// there for a reason that needn't hold: its connection to the catalog may have been lost meanwhile.
  ///
  /// - Parameter hasWaited: Whether the transaction is older than this call.
  func executing<Value: ~Copyable>(
    hasWaited: Bool,
    on connection: borrowing Connection,
    _ work: () throws -> Value
  ) throws -> Value {
    guard self.own != nil else { return try work() }
    do {
      return try work()
    } catch let error as DuckDBError
      where error.isRefusedWrite
      || (hasWaited && error.code != .interrupted && error.code != .fatal)
    {
      self.rollBackOwn(on: connection)
      return try work()
    }
  }

  /// Whether a transaction that has only read may end after its statement has been answered: where there
  /// is a worker for that, and nobody waits for it.
  var endsLater: Bool {
    self.resources.lake != nil && !self.resources.isBusy
  }

  /// Ends the transaction of a statement that has changed nothing, without having its client wait for
  /// the catalog's answer.
  private func endOwnLater() {
    self.own?.phase = .done
    Task { self.endDoneTransaction() }
  }

  private func endDoneTransaction() {
    // The connection's next statement may have come first.
    guard self.own?.isDone == true else { return }
    try? self.proceed(Cancellation()) { connection in self.rollBackOwn(on: connection) }
  }

  /// Ends a transaction in which a statement still waits.
  func endAnnouncedTransaction() {
    switch self.own?.phase {
    case .awaitingFetch, .awaitingExecution:
      try? self.proceed(Cancellation()) { connection in self.rollBackOwn(on: connection) }
    case .atWork, .done, nil: break
    }
  }

  /// Commits what is at work, if the server has begun a transaction for it.
  func commitOwn(on connection: borrowing Connection, _ cancellation: Cancellation) throws {
    guard let own, own.isAtWork else { return }
    guard !own.isReadOnly || own.isToBeCommitted || !self.endsLater else {
      return self.endOwnLater()
    }
    do {
      try self.committingData { try self.commit(connection, cancellation) }
    } catch {
      self.rollBackOwn(on: connection)
      throw error
    }
    self.forgetOwn()
    self.noteDefinitionChange(by: .transaction)
  }

  /// Rolls the transaction back that the server has begun, if there is one.
  func rollBackOwn(on connection: borrowing Connection) {
    guard self.own != nil else { return }
    self.forgetOwn()
    // A COMMIT that failed has rolled back already; then there is nothing left to do.
    try? connection.rollBack()
  }

  private func runsWhereCompiled(_ type: StatementType) -> Bool {
    // What is to be committed in turn is run again where others were first.
    type.runsWhereCompiled && (type.readsOnly || self.resources.lake?.hasOneWriter != true)
  }

  private func forgetOwn() {
    if self.own != nil {
      self.resources.announced.remove(self)
      self.noteTransactionBoundary()
    }
    self.own = nil
  }
}

extension StatementType {
  /// Whether a statement of the type runs in the transaction in which it is compiled.
  ///
  /// Not those that have to do with transactions, connections or the whole database; nor those that
  /// remove rows, which take their turns by the newest snapshot.
  fileprivate var runsWhereCompiled: Bool {
    switch self {
    case .select, .relation, .logicalPlan, .insert, .create, .createFunction, .alter, .drop: true
    default: false
    }
  }
}
