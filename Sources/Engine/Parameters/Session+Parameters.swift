internal import ArrowIPC
internal import DuckDB

extension Session {
  /// Begins to take in values for the parameters of a prepared statement.
  ///
  /// What it takes in is for ``bind(_:to:)`` or ``update(prepared:with:cancellation:)``.
  package func parameterUpload(
    for handle: Handle,
    _ use: ParameterUpload.Use,
    cancellation: Cancellation
  ) async throws -> ParameterUpload {
    let compilation = try await self.compilation(of: handle, cancellation: cancellation)
    let parameters = compilation.description.parameters
    return ParameterUpload(parameters, for: use, in: self)
  }

  /// Keeps the values for all executions to come, until others are bound.
  package func bind(_ upload: ParameterUpload, to handle: Handle) async throws {
    let prepared = try self.prepared(handle)
    guard upload.parameterCount > 0 else { return }
    guard let rows = await upload.finish() else {
      throw EngineError.parameterCountMismatch(columns: 0, parameters: upload.parameterCount)
    }
    prepared.bind(rows)
  }

  /// Runs a query with the values of each row, and announces all it returns as one result.
  ///
  /// It runs now, not when it is fetched: until then nobody knows its columns.
  func start(
    _ query: CompiledStatement,
    _ binding: Binding,
    cancellation: Cancellation
  ) async throws -> ResultStream {
    let connection = try self.checkOut(preferring: query)
    do {
      try self.enterQueue(for: connection, cancellation)
      // Now the stream has the connection, which it gives back at its end.
      return try await self.takeTurn(on: connection, cancellation) {
        try await connection.start(
          query,
          binding,
          session: self,
          cancellation: cancellation
        )
      }
    } catch {
      self.resources.activeStatements.remove(cancellation)
      self.checkIn(connection)
      throw error
    }
  }
}
