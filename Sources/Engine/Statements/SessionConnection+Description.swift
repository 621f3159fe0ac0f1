internal import ArrowIPC
internal import DuckDB

// What a statement takes and returns, told before it runs.

extension SessionConnection {
  /// Compiles a text without running it, but for what finds the columns of a `PIVOT`.
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
        // What was committed when the plan was made is known before it is.
        let next = try self.plan {
          try self.beginPreparing(sql, on: connection)
          return try self.compileNext(of: &statements)
        }
        guard let plan = next else { throw EngineError.noStatement }
        let compiled = CompiledStatement(
          plan,
          sql: sql,
          connection: self,
          effect: self.effect(of: plan.statement, sql: sql),
          isBoundToConnection: false,
          isLasting: try isRepeated && self.lasts(plan.statement, sql: sql, on: connection)
        )
        var description = try self.description(of: plan.statement, sql: sql)
        if description.isUndetermined {
          description.schema = try self.guessedSchema(of: description, sql, on: connection)
        }
        self.awaitExecution(of: compiled)
        return (description, compiled)
      }
      let scanned = SQLScanner.statements(in: sql)
      let isQuery = scanned.last.map(\.isLikelyQuery) ?? false
      if scanned.count == 1, isQuery {
        let pivot = try self.describePivot(sql, on: connection, cancellation)
        if let pivot { return (pivot, nil) }
      }
      return (try self.describeLast(of: &statements, sql: sql, isQuery: isQuery), nil)
    }
  }

  /// Describes a query that DuckDB has made several statements of, the first of which find the values
  /// that become its columns.
  ///
  /// They run here, as in DuckDB's own clients, and nothing remains of them; unless the client has a
  /// transaction open, where a type that nobody names does.
  ///
  /// - Returns: `nil` if it isn't one, or can't be described without writing.
  private func describePivot(
    _ sql: String,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws -> StatementDescription? {
    try self.requirePermission(for: sql)
    if self.own == nil, !self.state.isInTransaction(ObjectIdentifier(self)) {
      try self.beginOwn(isReadOnly: true, on: connection)
    }
    // Those that were extracted before are for the caller, if this comes to nothing: DuckDB extracts none
    // in a transaction that an error has aborted.
    var statements = try self.extract(sql, on: connection)
    do {
      for _ in 1..<statements.count {
        guard let earlier = try self.compileNext(of: &statements) else { return nil }
        // Where it writes, DuckDB has put a transaction around it.
        guard earlier.statementType == .create else { return nil }
        try Self.requireNoParameters(earlier)
        _ = try earlier.stream { cancellation.isCancelled }
      }
    } catch let error as DuckDBError where error.isRefusedWrite {
      return nil
    }
    guard let last = try self.compileNext(of: &statements) else { return nil }
    try Self.requireNoParameters(last)
    return try self.description(of: last, sql: sql)
  }

  private func describeLast(
    of statements: inout ExtractedStatements,
    sql: String,
    isQuery: Bool
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

  /// The columns of a result that depends on values, if all of these are of the types that clients
  /// are told to send; else none.
  ///
  /// Some clients take a statement without columns for an update.
  private func guessedSchema(
    of description: StatementDescription,
    _ sql: String,
    on connection: borrowing Connection
  ) throws -> Schema {
    guard let text = description.parameters.castingUndetermined(in: sql),
      let columns = try? connection.prepare(text).columns,
      columns.allSatisfy({ $0.type.kind != .unknown })
    else { return description.schema }
    return try self.schema(of: columns)
  }
}
