package import ArrowIPC
package import Auth
internal import DuckDB

extension Session {
  /// What another server would need to run a query; `nil` where only this one can: in a transaction,
  /// beside temporary objects, or after other statements of its text.
  func portable(_ query: CompiledStatement) -> PortableQuery? {
    guard query.transaction == nil, !query.isBoundToConnection,
      let settings = self.shared.portableSettings
    else { return nil }
    return PortableQuery(
      sql: query.sql,
      settings: settings,
      statementTimeout: self.statementTimeout
    )
  }
}

extension Engine {
  /// The result of a query that another server has announced.
  ///
  /// It runs in a session of its own, which ends with it.
  ///
  /// - Parameters:
  ///   - handle: The one that its announcer gave it, by which it can be cancelled.
  ///   - isExpected: Whether the columns are those that were announced.
  package func adopt(
    _ query: PortableQuery,
    as handle: Handle,
    for principal: Principal,
    cancellation: Cancellation,
    isExpected: @Sendable (Schema) -> Bool
  ) async throws -> ResultStream {
    for text in query.settings {
      try self.resources.statementGuard?.check(text, role: principal.role)
    }
    let session = Session(
      id: Handle(),
      principal: principal,
      resources: self.resources,
      settings: query.settings
    )
    session.statementTimeout = query.statementTimeout
    do {
      let (compiled, schema) = try await session.onConnection(cancellation: cancellation) {
        try await $0.compileRead(query.sql, cancellation: cancellation)
      }
      guard isExpected(schema) else { throw EngineError.schemaChanged }
      let stream = ResultStream(
        query: compiled,
        schema: schema,
        session: session,
        handle: handle,
        endsSession: true
      )
      self.resources.beingRead.insert(stream)
      return stream
    } catch {
      session.close()
      throw error
    }
  }
}

extension SessionConnection {
  /// Compiles a text that another server has taken for one query, and refuses anything else.
  func compileRead(
    _ sql: String,
    cancellation: Cancellation
  ) throws -> (CompiledStatement, Schema) {
    try self.begin(cancellation) { connection in
      var statements = try self.extract(sql, on: connection)
      try self.requirePermission(for: sql)
      guard statements.count == 1 else { throw EngineError.unknownTicket }
      let isQuery = SQLScanner.beginsQuery(sql)
      let compilation = try self.compilingNext(
        of: &statements,
        sql,
        isQuery: isQuery,
        on: connection,
        cancellation
      ) { plan in
        guard self.waitsForFetch(plan.statement.statementType, sql),
          plan.statement.parameterCount == 0
        else {
          throw EngineError.unknownTicket
        }
        let compiled = CompiledStatement(
          plan,
          sql: sql,
          connection: self,
          effect: .none,
          isBoundToConnection: false
        )
        let schema = try self.schema(of: plan.statement.columns)
        self.awaitFetch(of: compiled)
        return (compiled, schema)
      }
      guard let compilation else { throw EngineError.unknownTicket }
      return compilation
    }
  }
}
