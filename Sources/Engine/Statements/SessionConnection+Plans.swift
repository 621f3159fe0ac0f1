internal import DuckDB

// DuckDB executes a plan again, or later, without asking whether the statistics that it rests on
// still hold. So no plan is executed here unless it was made for the data that it reads: those of
// the same transaction, or of one between whose beginning and the plan's nobody has begun to change
// any.

extension SessionConnection {
  /// Starts a statement without parameters; returns when its first rows exist.
  ///
  /// Plans with parameters need no such care: if they read any table, DuckDB makes them anew itself for
  /// each execution, in its transaction.
  func execute(
    _ statement: CompiledStatement,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws -> QueryResult {
    try self.requireUnexpiredTransaction()
    let plan = try self.plan(of: statement, on: connection)
    try Self.requireBound(plan.statement)
    guard statement.type.mayReadTables else {
      // What has run can only be kept.
      defer { try? self.keepCompiledDefinitions() }
      return try plan.statement.stream { cancellation.isCancelled }
    }
    if let result = try self.run(plan, of: statement, cancellation) { return result }
    guard self.canStartOver else {
      return try self.runAnew(statement, on: connection, cancellation)
    }
    // Mostly nobody changes anything now, so that it needs no transaction of the server's. On a lake
    // one for both spares a question to its catalog.
    if self.resources.lake == nil, statement.type.leavesNoTrace, self.versionBeforeChange == nil {
      let plan = try self.renewedPlan(of: statement, on: connection)
      if let result = try self.run(plan, of: statement, cancellation) { return result }
    }
    // A function such as `checkpoint` would refuse to run in one.
    guard statement.type != .call else {
      let plan = try self.definedPlan(of: statement, on: connection)
      return try plan.statement.stream { cancellation.isCancelled }
    }
    if self.own == nil { try self.beginOwn(on: connection) }
    return try self.runAnew(statement, on: connection, cancellation)
  }

  /// Compiles with `compile` and notes for which data.
  func plan(_ compile: () throws -> PreparedStatement?) rethrows -> Plan? {
    let basis: Plan.Basis =
      if self.isInTransaction {
        .transaction(self.point)
      } else {
        self.resources.data.settled.map { .committed($0) } ?? .unknown
      }
    return try compile().map { Plan(statement: $0, basis: basis) }
  }

  /// The plan for this connection: only the one that compiled it can run it.
  func plan(
    of statement: CompiledStatement,
    on connection: borrowing Connection
  ) throws -> Plan {
    guard statement.connection !== self else { return statement.plan }
    return try self.renewedPlan(of: statement, on: connection)
  }

  /// The plan for this connection, with the definitions that it refers to.
  func definedPlan(
    of statement: CompiledStatement,
    on connection: borrowing Connection
  ) throws -> Plan {
    let plan = try self.plan(of: statement, on: connection)
    guard !self.hasDefinitions(plan) else { return plan }
    return try self.renewedPlan(of: statement, on: connection)
  }

  /// Whether the lake's definitions that a plan refers to are still there (``KeptDefinitions``).
  private func hasDefinitions(_ plan: Plan) -> Bool {
    // Where a plan reads tables, DuckDB makes it anew.
    self.resources.lake == nil || plan.statement.statementType.readsOnly
      || plan.statement.isFresh && !self.effects.compilesDefinition
  }

  private func renewedPlan(
    of statement: CompiledStatement,
    on connection: borrowing Connection
  ) throws -> Plan {
    let plan = try self.plan { try self.compile(statement.source, on: connection) }
    guard let plan else { throw EngineError.noStatement }
    try self.keepCompiledDefinitions()
    if statement.connection === self { statement.plan = plan }
    return plan
  }

  private func compile(
    _ source: StatementSource,
    on connection: borrowing Connection
  ) throws -> PreparedStatement? {
    var statements = try self.extract(source.text, on: connection)
    for _ in 0..<source.position {
      let before = try? statements.prepareNext()
      if source.isPart, before?.statementType == .create { _ = try before?.stream() }
    }
    return try self.compileNext(of: &statements)
  }

  /// Runs a plan if it holds for the data that it is going to read.
  private func run(
    _ plan: Plan,
    of statement: CompiledStatement,
    _ cancellation: Cancellation
  ) throws -> QueryResult? {
    let type = statement.type
    switch plan.basis {
    case .unknown:
      return nil
    case .transaction(let point):
      // What was prepared by SQL has a plan of its own.
      guard point == self.point, type != .execute,
        // Other parts know it by the names it has.
        statement.source.isPart || self.hasDefinitions(plan)
      else { return nil }
      self.own?.isUntouched = false
      return try plan.statement.stream { cancellation.isCancelled }
    case .committed(let version):
      let data = self.resources.data
      guard self.canStartOver, type.leavesNoTrace,
        // What writes to a lake would have written files.
        self.resources.lake == nil || type.readsOnly,
        version == self.versionBeforeChange ?? data.current
      else { return nil }
      // Its own change has begun.
      let expected = self.versionBeforeChange == nil ? version : version + 1
      let result = try plan.statement.stream(
        // Which data it reads is decided by then.
        unless: { data.current != expected },
        isCancelled: { cancellation.isCancelled }
      )
      if result != nil { self.own?.isUntouched = false }
      return result
    }
  }

  /// Compiles and runs a statement in the transaction that is open.
  private func runAnew(
    _ statement: CompiledStatement,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws -> QueryResult {
    self.own?.isUntouched = false
    if statement.type == .execute { try self.prepareAgain(for: statement.source, on: connection) }
    let plan = try self.renewedPlan(of: statement, on: connection)
    return try plan.statement.stream { cancellation.isCancelled }
  }

  /// Whether a statement that has begun can be undone as if it had not.
  private var canStartOver: Bool {
    !self.isAtomic && !self.state.isInTransaction(ObjectIdentifier(self))
      && (self.own?.isUntouched ?? true)
  }
}

extension SessionConnection {
  /// Compiles again what was prepared by SQL and is about to be executed: DuckDB keeps its plan.
  private func prepareAgain(
    for execution: StatementSource,
    on connection: borrowing Connection
  ) throws {
    let present = try Self.preparedNames(on: connection)
    for source in self.preparedBySQL.sources(for: execution, of: present) {
      _ = try self.compile(source, on: connection)?.stream()
    }
  }

  /// Lets go of what is known of statements that a `DEALLOCATE` has freed.
  func forgetDeallocated(
    by type: StatementType,
    _ text: String,
    on connection: borrowing Connection
  ) {
    guard type == .drop, SQLScanner.statements(in: text).last?.words.first == "DEALLOCATE",
      let present = try? Self.preparedNames(on: connection)
    else { return }
    self.preparedBySQL.keep(present)
    if present.isEmpty { self.preparedRemovals = RemovalTargets() }
  }

  private static func preparedNames(on connection: borrowing Connection) throws -> [String] {
    try connection.texts("SELECT name FROM system.main.duckdb_prepared_statements()")
      .compactMap { $0[0] }
  }
}
