internal import ArrowIPC
internal import DuckDB

extension SessionConnection {
  /// Executes a query with the first row of values, and makes what it returns a result that is
  /// being read: then its columns are known, which may depend on the values.
  ///
  /// The other rows' results follow as it is read.
  func start(
    _ query: CompiledStatement,
    _ binding: Binding,
    session: Session,
    cancellation: Cancellation
  ) throws -> ResultStream {
    try self.begin(cancellation, executing: query) { connection in
      try self.requireUnexpiredTransaction()
      return try self.executing(hasWaited: self.own != nil, on: connection) {
        let execution = try self.execution(of: query, binding, on: connection, cancellation)
        guard let first = try execution.next() else {
          throw EngineError.parametersNotBound(count: binding.parameters.count)
        }
        let reader = try self.reader(first) { try execution.next() }
        let stream = ResultStream(
          live: self,
          schema: reader.schema,
          session: session,
          cancellation: cancellation
        )
        self.live = LiveResult(stream: stream, reader: reader)
        return stream
      }
    }
  }

  /// Runs a statement to its end with each row of values; several rows change all or nothing.
  func complete(
    _ statement: CompiledStatement,
    _ binding: Binding,
    keepsRows: Bool,
    cancellation: Cancellation
  ) throws -> Completion {
    try self.begin(cancellation, executing: statement) { connection in
      try self.requireUnexpiredTransaction()
      let type = statement.type
      let rewritesFiles = self.rewritesFiles(statement.sql)
      guard !rewritesFiles || binding.rows.rowCount == 1 else {
        throw EngineError.filesRewrittenTwice
      }
      let tableQueries = try self.tableQueries(of: type, statement.sql)
      let hasResultSet = statement.plan.statement.hasResultSet(sql: statement.sql)
      let completion = try self.changingData(if: type.mayChangeData || rewritesFiles) {
        try self.changing(
          by: type,
          statement.sql,
          statement.effect,
          on: connection,
          isAtomic: !tableQueries.isEmpty
            || (binding.rows.rowCount > 1 && statement.effect == .none),
          rewritesFiles: rewritesFiles,
          cancellation
        ) { connection in
          try self.checkColumnTypes(of: tableQueries, binding, on: connection, cancellation)
          if binding.rows.rowCount > 1, !type.readsOnly { try self.keepDefinitions(on: connection) }
          let execution = try self.execution(
            of: statement,
            binding,
            on: connection,
            isCompiledAnew: rewritesFiles || !tableQueries.isEmpty,
            cancellation
          )
          return hasResultSet
            ? try self.read(execution, keepsRows: keepsRows) : try self.count(execution)
        }
      }
      try self.record(statement.effectWithParameters, on: connection)
      self.noteDefinitionChange(by: type)
      return completion
    }
  }

  private func execution(
    of statement: CompiledStatement,
    _ binding: Binding,
    on connection: borrowing Connection,
    isCompiledAnew: Bool = false,
    _ cancellation: Cancellation
  ) throws -> BoundExecution {
    try self.requirePermission(for: statement.sql)
    try self.resources.statementGuard?.checkColumnTypes(of: binding.rows.fields, in: statement.sql)
    // DuckDB makes the plan anew for each execution if it reads any table.
    let prepared =
      try isCompiledAnew
      ? connection.prepare(statement.sql)
      : self.definedPlan(of: statement, on: connection).statement
    try self.admit(statement.type, on: connection)
    return BoundExecution(
      prepared,
      binding,
      rowByteLimit: self.resources.configuration.parameterRowByteLimit,
      cancellation: cancellation
    )
  }

  /// Executes all rows of a statement without a result set.
  private func count(_ execution: BoundExecution) throws -> Completion {
    var rowsChanged = 0
    while let result = try execution.next() {
      if result.kind == .changedRows { rowsChanged += result.rowsChanged }
    }
    return Completion(schema: Schema(fields: []), rowsChanged: rowsChanged, rows: nil)
  }

  /// Executes all rows of a statement with a result set, to the end of each result.
  private func read(_ execution: BoundExecution, keepsRows: Bool) throws -> Completion {
    var completion = Completion(schema: Schema(fields: []), rowsChanged: -1, rows: nil)
    guard keepsRows else {
      while var result = try execution.next() {
        while try result.nextChunk() != nil {}
      }
      return completion
    }
    guard let first = try execution.next() else { return completion }
    let reader = try self.reader(first) { try execution.next() }
    completion.schema = reader.schema
    completion.rows = try self.spool(reader)
    return completion
  }
}

extension CompiledStatement {
  /// A setting whose value is a parameter can't be repeated on other connections.
  fileprivate var effectWithParameters: StatementEffect {
    if case .changesSettings = self.effect { .staysOnConnection } else { self.effect }
  }
}
