internal import ArrowIPC
internal import Auth
internal import DuckDB

extension SessionConnection {
  /// Compiles a text without running it, except for nothing at all.
  ///
  /// Of several statements the last is described, if it can be compiled before the others ran.
  ///
  /// - Parameter isRepeated: As for ``run(_:isRepeated:cancellation:)``.
  func describe(
    _ sql: String,
    isRepeated: Bool = false,
    cancellation: Cancellation
  ) throws -> (StatementDescription, CompiledStatement?) {
    try self.begin(cancellation) { connection in
      var statements = try self.extract(sql, on: connection)
      guard statements.count > 1 else {
        let next = try self.compiling(on: connection) { try self.compileNext(of: &statements) }
        guard let prepared = next else { throw EngineError.noStatement }
        let compiled = CompiledStatement(
          prepared,
          sql: sql,
          connection: self,
          effect: self.effect(of: prepared, sql: sql),
          isBoundToConnection: false,
          isLasting: try isRepeated && self.lasts(prepared, sql: sql, on: connection)
        )
        return (try self.description(of: prepared, sql: sql), compiled)
      }
      return (try self.describeLast(of: &statements, sql: sql), nil)
    }
  }

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

  private func describeLast(
    of statements: inout ExtractedStatements,
    sql: String
  ) throws -> StatementDescription {
    for _ in 1..<statements.count {
      // An earlier statement that doesn't compile yet may only need those before it to have run.
      let earlier = Result { try self.compileNext(of: &statements) }
      if case .success(let prepared?) = earlier { try Self.requireNoParameters(prepared) }
    }
    let last = Result { try self.compileNext(of: &statements) }
    if case .success(let prepared?) = last {
      try Self.requireNoParameters(prepared)
      return try self.description(of: prepared, sql: sql)
    }
    let isQuery = SQLScanner.statements(in: sql).last.map(\.isLikelyQuery) ?? false
    return StatementDescription(
      schema: Schema(fields: []),
      isUpdate: !isQuery,
      parameterSchema: Schema(fields: []),
      parameters: try StatementParameters([]),
      isUndetermined: false
    )
  }

  /// Values are bound to a statement, not to a text of several.
  private static func requireNoParameters(_ prepared: PreparedStatement) throws(EngineError) {
    guard prepared.parameterCount == 0 else { throw .parametersInSeveralStatements }
  }

  private func description(
    of prepared: PreparedStatement,
    sql: String
  ) throws -> StatementDescription {
    let hasResultSet = prepared.hasResultSet(sql: sql)
    let columns = hasResultSet ? prepared.columns : []
    // DuckDB reports one column of no type where types depend on values that aren't bound yet.
    let isUndetermined = columns.contains { $0.type.kind == .unknown }
    let parameters = try StatementParameters(prepared.parameters)
    return StatementDescription(
      schema: try self.schema(of: isUndetermined ? [] : columns),
      isUpdate: !hasResultSet,
      parameterSchema: try parameters.schema(timeZone: self.timeZone),
      parameters: parameters,
      isUndetermined: isUndetermined
    )
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
        prepared,
        text,
        isOneOfSeveral in
        if self.waitsForFetch(prepared.statementType, sql) {
          try Self.requireBound(prepared)
          let compiled = CompiledStatement(
            prepared,
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
            prepared,
            sql: sql,
            text: text,
            effect: self.effect(of: prepared, sql: sql),
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
  private func lasts(
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
      try self.runUpToLast(of: sql, on: connection, cancellation) { prepared, text, _ in
        try self.complete(
          prepared,
          sql: sql,
          text: text,
          effect: self.effect(of: prepared, sql: sql),
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
    try self.begin(cancellation) { connection in
      try self.requirePermission(for: statement.sql)
      return try self.complete(
        try self.prepared(statement, on: connection),
        sql: statement.sql,
        text: statement.sql,
        effect: statement.effect,
        on: connection,
        keepsRows: keepsRows,
        cancellation: cancellation
      )
    }
  }

  /// The statement for this connection: only the one that compiled it can run it.
  func prepared(
    _ statement: CompiledStatement,
    on connection: borrowing Connection
  ) throws -> PreparedStatement {
    statement.connection === self
      ? statement.prepared : try connection.prepare(try self.signed(statement.sql))
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
    _ work: (_ last: PreparedStatement, _ text: String, _ isOneOfSeveral: Bool) throws -> Value
  ) throws -> Value {
    var statements = try self.extract(sql, on: connection)
    let count = statements.count
    guard count > 0 else { throw EngineError.noStatement }
    try self.requirePermission(for: sql)
    let scanned = count > 1 ? SQLScanner.statements(in: sql) : []
    for index in 0..<(count - 1) {
      let text = scanned.count == count ? scanned[index].text : sql
      _ = try self.compilingNext(of: &statements, text, on: connection) { prepared in
        let effect = StatementEffect(
          type: prepared.statementType,
          scanned: scanned.count == count ? scanned[index] : nil
        )
        return try self.complete(
          prepared,
          sql: sql,
          text: text,
          effect: effect,
          on: connection,
          keepsRows: false,
          cancellation: cancellation
        )
      }
    }
    let text = scanned.count == count ? scanned[count - 1].text : sql
    let isQuery =
      awaitingFetch && count == 1 && SQLScanner.beginsQuery(sql)
      && !LakeFunctions.mayRewriteFiles(sql)
    let value = try self.compilingNext(of: &statements, text, isQuery: isQuery, on: connection) {
      try work($0, text, count > 1)
    }
    guard let value else { throw EngineError.noStatement }
    return value
  }

  private func effect(
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
    _ prepared: PreparedStatement,
    sql: String,
    text: String,
    effect: StatementEffect,
    on connection: borrowing Connection,
    keepsRows: Bool = true,
    cancellation: Cancellation
  ) throws -> Completion {
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
    try self.admit(prepared, on: connection)
    let type = prepared.statementType
    if try self.checkpointLake(type, text, on: connection, cancellation) {
      return Completion(schema: Schema(fields: []), rowsChanged: 0, rows: nil)
    }
    let rewritesFiles = self.rewritesFiles(text)
    defer { self.noteDefinitionChange(by: type) }
    let completion = try self.changing(
      by: type,
      text,
      effect,
      on: connection,
      rewritesFiles: rewritesFiles,
      cancellation
    ) { connection in
      try self.runToEnd(
        rewritesFiles ? connection.prepare(text) : prepared,
        sql: sql,
        keepsRows: keepsRows,
        cancellation: cancellation
      )
    }
    try self.record(effect, on: connection)
    return completion
  }

  private func runToEnd(
    _ prepared: PreparedStatement,
    sql: String,
    keepsRows: Bool,
    cancellation: Cancellation
  ) throws -> Completion {
    var result = try self.execute(prepared, cancellation: cancellation)
    guard result.kind == .rows, prepared.hasResultSet(sql: sql) else {
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

  /// Starts a statement; returns when its first rows exist.
  func execute(
    _ prepared: PreparedStatement,
    cancellation: Cancellation
  ) throws -> QueryResult {
    try self.requireUnexpiredTransaction()
    try Self.requireBound(prepared)
    return try prepared.stream { cancellation.isCancelled }
  }

  private static func requireBound(_ prepared: PreparedStatement) throws(EngineError) {
    guard prepared.parameterCount == 0 else {
      throw .parametersNotBound(count: prepared.parameterCount)
    }
  }
}
