internal import ArrowIPC
internal import Auth
internal import DuckDB

extension SessionConnection {
  /// Splits a text into its statements.
  func extract(
    _ sql: String,
    on connection: borrowing Connection
  ) throws -> ExtractedStatements {
    // DuckDB takes some twenty times the text's size to compile it.
    let limit = self.resources.configuration.statementByteLimit
    guard sql.utf8.count <= limit else {
      throw EngineError.statementTooLong(byteCount: sql.utf8.count, limit: limit)
    }
    // Before DuckDB compiles anything: that alone may open files and connections.
    try self.resources.statementGuard?.check(sql, role: self.role)
    return try connection.extract(try self.signed(sql))
  }

  /// Compiles the next statement of a text.
  func compileNext(of statements: inout ExtractedStatements) throws -> PreparedStatement? {
    let prepared = try statements.prepareNext()
    if self.resources.statementGuard != nil, let type = prepared?.statementType,
      !type.isAllowedInLockdown
    {
      throw LockdownError.statement("A statement of DuckDB's type \(type)")
    }
    return prepared
  }

  /// Runs a text as far as a client that announces a query wants it: what writes runs now, and
  /// exactly once, the last statement waits for its fetch if it only reads.
  ///
  /// - Parameter isRepeated: Whether the text has come before, so that it is worth finding out
  ///   whether what it is compiled to lasts.
  func run(
    _ sql: String,
    isRepeated: Bool = false,
    cancellation: Cancellation
  ) throws -> Execution {
    try self.begin(cancellation) { connection in
      try self.runUpToLast(of: sql, awaitingFetch: true, on: connection, cancellation) {
        plan,
        source,
        text,
        isOneOfSeveral in
        let prepared = plan.statement
        if self.waitsForFetch(prepared.statementType, sql) {
          try Self.requireBound(prepared)
          let compiled = CompiledStatement(
            plan,
            source: source,
            sql: sql,
            connection: self,
            effect: .none,
            isBoundToConnection: isOneOfSeveral,
            isLasting: try isRepeated && !isOneOfSeveral
              && self.lasts(prepared, sql: sql, on: connection)
          )
          let schema = try self.schema(of: prepared.columns)
          // What lasts is announced again and again, each time to be read as it is then.
          if !compiled.isLasting { self.awaitFetch(of: compiled) }
          return .query(compiled, schema)
        }
        return .completed(
          try self.complete(
            CompiledStatement(
              plan,
              source: source,
              sql: sql,
              connection: self,
              effect: self.effect(of: prepared, sql: sql),
              isBoundToConnection: isOneOfSeveral
            ),
            text: text,
            on: connection,
            cancellation: cancellation
          )
        )
      }
    }
  }

  /// Whether a query reads nothing but DuckDB's own tables, whose changes are noticed.
  ///
  /// What files and other databases hold is looked up when a statement is compiled, and changes
  /// without notice.
  func lasts(
    _ prepared: PreparedStatement,
    sql: String,
    on connection: borrowing Connection
  ) throws -> Bool {
    guard self.resources.lake == nil, prepared.statementType.readsOnly,
      prepared.parameterCount == 0
    else { return false }
    let plans: [[String?]]
    do {
      plans = try connection.texts("EXPLAIN (FORMAT json) " + sql)
    } catch {
      guard error.code != .interrupted else { throw error }
      // Not everything that is compiled like a query can be explained.
      return false
    }
    guard let plan = plans.first(where: { $0.first == "physical_plan" })?.last ?? nil
    else { return false }
    return QueryPlan(json: plan)?.readsOwnTablesOnly ?? false
  }

  /// Runs every statement of a text to its end.
  func update(_ sql: String, cancellation: Cancellation) throws -> Completion {
    try self.begin(cancellation) { connection in
      try self.runUpToLast(of: sql, on: connection, cancellation) {
        plan,
        source,
        text,
        isOneOfSeveral in
        try self.complete(
          CompiledStatement(
            plan,
            source: source,
            sql: sql,
            connection: self,
            effect: self.effect(of: plan.statement, sql: sql),
            isBoundToConnection: isOneOfSeveral
          ),
          text: text,
          on: connection,
          keepsRows: false,
          cancellation: cancellation
        )
      }
    }
  }

  /// Runs a compiled statement to its end.
  func complete(
    _ statement: CompiledStatement,
    keepsRows: Bool = true,
    cancellation: Cancellation
  ) throws -> Completion {
    try self.begin(cancellation, executing: statement) { connection in
      try self.requirePermission(for: statement.sql)
      return try self.complete(
        statement,
        text: statement.sql,
        on: connection,
        keepsRows: keepsRows,
        cancellation: cancellation
      )
    }
  }

  /// Runs all statements of `sql` but the last, compiles that and works with it and its own
  /// text.
  ///
  /// - Parameter awaitingFetch: Whether the last, if it is a query, is going to wait for its fetch.
  private func runUpToLast<Value>(
    of sql: String,
    awaitingFetch: Bool = false,
    on connection: borrowing Connection,
    _ cancellation: Cancellation,
    _ work: (
      _ last: Plan, _ source: StatementSource, _ text: String, _ isOneOfSeveral: Bool
    ) throws -> Value
  ) throws -> Value {
    var statements = try self.extract(sql, on: connection)
    let count = statements.count
    guard count > 0 else { throw EngineError.noStatement }
    try self.requirePermission(for: sql)
    let scanned = count > 1 ? SQLScanner.statements(in: sql) : []
    let parts = self.parts(of: scanned, count: count, on: connection) ?? []
    func source(_ index: Int) -> StatementSource {
      parts.isEmpty ? StatementSource(text: sql, position: index) : parts[index].source
    }
    func text(_ index: Int) -> String { parts.isEmpty ? sql : parts[index].text }
    func compiling<Result>(
      _ index: Int,
      isQuery: Bool = false,
      _ work: (Plan) throws -> Result
    ) throws -> Result? {
      guard parts.isEmpty || parts[index].statement != nil else {
        return try self.compilingPart(
          of: &statements,
          isLast: parts[index].isLast,
          on: connection,
          cancellation,
          work
        )
      }
      return try self.compilingNext(
        of: &statements,
        text(index),
        isQuery: isQuery,
        on: connection,
        cancellation,
        work
      )
    }
    for index in 0..<(count - 1) {
      _ = try compiling(index) { plan in
        let effect = StatementEffect(
          type: plan.statement.statementType,
          scanned: parts.isEmpty ? nil : parts[index].statement
        )
        let statement = CompiledStatement(
          plan,
          source: source(index),
          sql: sql,
          connection: self,
          effect: effect,
          isBoundToConnection: true
        )
        return try self.complete(
          statement,
          text: text(index),
          on: connection,
          keepsRows: false,
          cancellation: cancellation
        )
      }
    }
    let last = text(count - 1)
    let isQuery =
      awaitingFetch && count == 1 && Self.seemsToRead(sql)
    let value = try compiling(count - 1, isQuery: isQuery) {
      try work($0, source(count - 1), last, count > 1)
    }
    guard let value else { throw EngineError.noStatement }
    return value
  }

  /// What DuckDB's statements are in a text, where it can be told: it makes several of one `PIVOT`.
  private func parts(
    of scanned: [SQLScanner.Statement],
    count: Int,
    on connection: borrowing Connection
  ) -> [TextPart]? {
    guard scanned.count != count else {
      return scanned.map { TextPart(text: $0.text, statement: $0, position: 0, isLast: true) }
    }
    var parts: [TextPart] = []
    for statement in scanned {
      guard let count = try? connection.extract(statement.text).count else { return nil }
      for index in 0..<count {
        parts.append(
          TextPart(
            text: statement.text,
            statement: count == 1 ? statement : nil,
            position: index,
            isLast: index == count - 1
          )
        )
      }
    }
    return parts.count == count ? parts : nil
  }

  func effect(
    of prepared: PreparedStatement,
    sql: String
  ) -> StatementEffect {
    guard StatementEffect.depends(on: prepared.statementType) else { return .none }
    return StatementEffect(
      type: prepared.statementType,
      scanned: SQLScanner.statements(in: sql).last
    )
  }

  /// - Parameter text: The statement alone, of all that were sent.
  private func complete(
    _ statement: CompiledStatement,
    text: String,
    on connection: borrowing Connection,
    keepsRows: Bool = true,
    cancellation: Cancellation
  ) throws -> Completion {
    let effect = statement.effect
    if statement.type == .transaction, SQLScanner.isWrapped(text) {
      return Completion(schema: Schema(fields: []), rowsChanged: self.rowsChangedLast, rows: nil)
    }
    if case .endsTransaction(let commits) = effect,
      let transaction = self.state.transaction(on: ObjectIdentifier(self))
    {
      try self.end(transaction, commits: commits, on: connection, cancellation)
      return Completion(schema: Schema(fields: []), rowsChanged: 0, rows: nil)
    }
    if effect == .beginsTransaction, self.state.role == .reader {
      try self.requireUnexpiredTransaction()
      try connection.begin(isReadOnly: self.onlyReads)
      try self.record(effect, on: connection)
      return Completion(schema: Schema(fields: []), rowsChanged: 0, rows: nil)
    }
    let type = statement.type
    try self.admit(type, on: connection)
    let isAlone = text == statement.sql
    if try self.checkpointLake(type, text, isAlone: isAlone, on: connection, cancellation) {
      return Completion(schema: Schema(fields: []), rowsChanged: 0, rows: nil)
    }
    let rewritesFiles = self.rewritesFiles(text)
    let tableQueries = try self.tableQueries(of: type, text)
    defer { self.noteDefinitionChange(by: type) }
    let completion = try self.changingData(if: type.mayChangeData || rewritesFiles) {
      try self.changing(
        by: type,
        text,
        effect,
        on: connection,
        isAtomic: !tableQueries.isEmpty,
        rewritesFiles: rewritesFiles,
        cancellation
      ) { connection in
        try self.checkColumnTypes(of: tableQueries, on: connection, cancellation)
        return try self.runToEnd(
          statement,
          on: connection,
          keepsRows: keepsRows,
          cancellation: cancellation
        )
      }
    }
    if type == .prepare { self.preparedBySQL.note(statement.source) }
    self.forgetDeallocated(by: type, text, on: connection)
    try self.record(effect, on: connection)
    self.rowsChangedLast = completion.rowsChanged
    return completion
  }

  private func runToEnd(
    _ statement: CompiledStatement,
    on connection: borrowing Connection,
    keepsRows: Bool,
    cancellation: Cancellation
  ) throws -> Completion {
    var result = try self.execute(statement, on: connection, cancellation)
    guard result.kind == .rows, statement.plan.statement.hasResultSet(sql: statement.sql) else {
      let rowsChanged = result.kind == .changedRows ? result.rowsChanged : 0
      return Completion(schema: Schema(fields: []), rowsChanged: rowsChanged, rows: nil)
    }
    let schema: Schema
    let rows: Spool?
    if keepsRows {
      let reader = try self.reader(result)
      schema = reader.schema
      rows = try self.spool(reader)
    } else {
      while try result.nextChunk() != nil {}
      schema = Schema(fields: [])
      rows = nil
    }
    return Completion(schema: schema, rowsChanged: -1, rows: rows)
  }

  static func requireBound(_ prepared: PreparedStatement) throws(EngineError) {
    guard prepared.parameterCount == 0 else {
      throw .parametersNotBound(count: prepared.parameterCount)
    }
  }
}
