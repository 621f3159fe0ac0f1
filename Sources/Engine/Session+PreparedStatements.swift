internal import DuckDB
internal import Synchronization

extension Session {
  package func prepare(
    _ sql: String,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> (Handle, StatementDescription) {
    let limit = self.resources.configuration.preparedStatementsPerSession
    guard self.state.withLock({ $0.prepared.count }) < limit else {
      throw EngineError.tooManyPreparedStatements(limit: limit)
    }
    let (description, compiled) = try await self.onConnection(
      in: transaction,
      cancellation: cancellation
    ) {
      try await $0.describe(sql, cancellation: cancellation)
    }
    let handle = Handle()
    self.state.withLock {
      $0.prepared[handle] = PreparedHandle(sql: sql, description: description, compiled: compiled)
    }
    return (handle, description)
  }

  package func describe(prepared handle: Handle) throws -> StatementDescription {
    try self.prepared(handle).description
  }

  /// Announces the result of a prepared statement, as ``announce(_:cancellation:)`` does.
  package func announce(
    prepared handle: Handle,
    cancellation: Cancellation
  ) async throws -> AnnouncedResult {
    let prepared = try self.prepared(handle)
    guard let compiled = prepared.compiled else {
      return try await self.announce(prepared.sql, cancellation: cancellation)
    }
    if compiled.prepared.statementType.readsOnly {
      return try self.announce(.query(compiled, prepared.description.schema))
    }
    return try self.announce(
      .completed(try await self.complete(compiled, keepsRows: true, cancellation: cancellation))
    )
  }

  /// Runs a prepared statement to its end, as ``update(_:cancellation:)`` does.
  package func update(prepared handle: Handle, cancellation: Cancellation) async throws -> Int {
    let prepared = try self.prepared(handle)
    guard let compiled = prepared.compiled else {
      return try await self.update(prepared.sql, cancellation: cancellation)
    }
    return try await self.complete(compiled, keepsRows: false, cancellation: cancellation)
      .rowsChanged
  }

  package func close(prepared handle: Handle) throws {
    let prepared = self.state.withLock { $0.prepared.removeValue(forKey: handle) }
    guard prepared != nil else { throw EngineError.unknownPreparedStatement }
  }

  private func prepared(_ handle: Handle) throws(EngineError) -> PreparedHandle {
    let prepared = self.state.withLock { $0.prepared[handle] }
    guard let prepared else { throw .unknownPreparedStatement }
    return prepared
  }

  private func complete(
    _ compiled: CompiledStatement,
    keepsRows: Bool,
    cancellation: Cancellation
  ) async throws -> Completion {
    try await self.onConnection(preferring: compiled, cancellation: cancellation) { connection in
      try await connection.complete(compiled, keepsRows: keepsRows, cancellation: cancellation)
    }
  }
}
