package import ArrowIPC
internal import DuckDB
internal import Synchronization

extension Session {
  package func prepare(
    _ sql: String,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> (Handle, StatementDescription) {
    if transaction == nil { self.shared.forgetLostTransaction() }
    let compilation =
      if transaction == nil, let context = self.recentContext(for: sql) {
        try await self.compile(sql, in: context, cancellation: cancellation)
      } else {
        try await self.compile(sql, in: transaction, cancellation: cancellation)
      }
    let handle = Handle()
    self.keep(PreparedHandle(sql: sql, compilation), as: handle)
    return (handle, compilation.description)
  }

  /// Keeps a statement, in place of the one that was not used for longest if there are too many:
  /// some clients leave statements open that they will not use again.
  private func keep(_ prepared: PreparedHandle, as handle: Handle) {
    let limit = self.resources.configuration.preparedStatementsPerSession
    let dropped = self.state.withLock { state -> PreparedHandle? in
      defer { state.prepared[handle] = prepared }
      guard state.prepared.count >= limit,
        let oldest = state.prepared.min(by: { $0.value.lastUse < $1.value.lastUse })
      else { return nil }
      return state.prepared.removeValue(forKey: oldest.key)
    }
    withExtendedLifetime(dropped) {}
  }

  /// The columns of a prepared statement's result.
  ///
  /// Where they depend on values, the query is run as far as its first rows.
  package func schema(
    prepared handle: Handle,
    cancellation: Cancellation
  ) async throws -> Schema {
    let (description, compiled) = try await self.statement(handle, cancellation: cancellation)
    let rows = try self.prepared(handle).rows
    guard let compiled, compiled.waitsForFetch, let rows, rows.rowCount > 0
    else { return description.schema }
    let binding = Binding(parameters: description.parameters, rows: rows)
    let stream = try await self.start(compiled, binding, cancellation: cancellation)
    await stream.close()
    return stream.schema
  }

  /// Announces the result of a prepared statement, as ``announce(_:cancellation:)`` does.
  package func announce(
    prepared handle: Handle,
    cancellation: Cancellation
  ) async throws -> AnnouncedResult {
    let prepared = try self.prepared(handle)
    let (description, compiled) = try await self.statement(handle, cancellation: cancellation)
    guard let compiled else {
      return try await self.announce(prepared.sql, cancellation: cancellation)
    }
    let readsOnly = compiled.waitsForFetch
    guard description.parameterCount > 0 else {
      if readsOnly { return try self.announce(.query(compiled, description.schema)) }
      return try self.announce(
        .completed(try await self.complete(compiled, keepsRows: true, cancellation: cancellation))
      )
    }
    let binding = try self.binding(of: prepared, description)
    guard binding.rows.rowCount > 0 else {
      let nothing = Completion(schema: description.schema, rowsChanged: 0, rows: nil)
      return try self.announce(.completed(nothing))
    }
    if readsOnly {
      return try self.announce(
        try await self.start(compiled, binding, cancellation: cancellation)
      )
    }
    return try self.announce(
      .completed(
        try await self.complete(compiled, binding, keepsRows: true, cancellation: cancellation)
      )
    )
  }

  /// Runs a prepared statement to its end, as ``update(_:cancellation:)`` does, once for each row
  /// of values.
  ///
  /// - Parameter upload: The values, if the client sent any; else those that are bound are used.
  /// - Returns: The rows changed by all of them.
  package func update(
    prepared handle: Handle,
    with upload: ParameterUpload? = nil,
    cancellation: Cancellation
  ) async throws -> Int {
    let prepared = try self.prepared(handle)
    let (description, compiled) = try await self.statement(handle, cancellation: cancellation)
    guard let compiled else {
      return try await self.update(prepared.sql, cancellation: cancellation)
    }
    guard description.parameterCount > 0 else {
      return try await self.complete(compiled, keepsRows: false, cancellation: cancellation)
        .rowsChanged
    }
    let binding =
      if let rows = await upload?.finish() {
        Binding(parameters: description.parameters, rows: rows)
      } else {
        try self.binding(of: prepared, description)
      }
    return try await self.complete(
      compiled,
      binding,
      keepsRows: false,
      cancellation: cancellation
    ).rowsChanged
  }

  /// Frees a prepared statement; one that isn't there is as good as closed.
  ///
  /// ADBC's cursors close the last one before they make the next: an error would be told as if the
  /// next had failed, when all that happened is that the session was idle for too long.
  package func close(prepared handle: Handle) {
    let prepared = self.state.withLock { $0.prepared.removeValue(forKey: handle) }
    withExtendedLifetime(prepared) {}
  }

  func prepared(_ handle: Handle) throws(EngineError) -> PreparedHandle {
    let prepared = self.state.withLock { $0.prepared[handle] }
    guard let prepared else { throw .unknownPreparedStatement }
    prepared.noteUse()
    return prepared
  }

  /// The session in which a statement lives that this session's client prepared.
  package func holder(ofPrepared handle: Handle) -> Session {
    self.state.withLock { $0.preparedElsewhere[handle] } ?? self
  }

  /// Remembers that a statement of this session's client lives in another session.
  package func remember(_ handle: Handle, in holder: Session) {
    guard holder !== self else { return }
    let count = self.state.withLock { state in
      state.preparedElsewhere[handle] = holder
      return state.preparedElsewhere.count
    }
    guard count > self.resources.configuration.preparedStatementsPerSession else { return }
    // Those that their client has not closed may have made room for newer ones there.
    let elsewhere = self.state.withLock { $0.preparedElsewhere }
    for (handle, holder) in elsewhere where !holder.holds(handle) { self.forget(handle) }
  }

  private func holds(_ handle: Handle) -> Bool {
    self.state.withLock { $0.prepared[handle] != nil }
  }

  package func forget(_ handle: Handle) {
    self.state.withLock { $0.preparedElsewhere[handle] = nil }
  }

  private func binding(
    of prepared: PreparedHandle,
    _ description: StatementDescription
  ) throws(EngineError) -> Binding {
    guard let rows = prepared.rows else {
      throw .parametersNotBound(count: description.parameterCount)
    }
    return Binding(parameters: description.parameters, rows: rows)
  }
}

// MARK: - Compiling

extension Session {
  /// What a prepared statement is compiled to: anew, if what it refers to may have changed.
  func compilation(
    of handle: Handle,
    cancellation: Cancellation
  ) async throws -> PreparedHandle.Compilation {
    let prepared = try self.prepared(handle)
    let compilation = prepared.compilation
    guard compilation.definitionVersion != self.resources.definitions.current else {
      return compilation
    }
    let renewed = try await self.compile(
      prepared.sql,
      preferring: compilation.compiled,
      cancellation: cancellation
    )
    prepared.replace(by: renewed)
    return renewed
  }

  private func statement(
    _ handle: Handle,
    cancellation: Cancellation
  ) async throws -> (StatementDescription, CompiledStatement?) {
    try self.shared.requireNoLostTransaction()
    let compilation = try await self.compilation(of: handle, cancellation: cancellation)
    return (compilation.description, compilation.compiled)
  }

  /// Compiles a text, unless it is one that has come before and lasts.
  private func compile(
    _ sql: String,
    in context: RecentStatements.Context,
    cancellation: Cancellation
  ) async throws -> PreparedHandle.Compilation {
    let known = self.recentKnowledge(of: sql, in: context)
    if case .lasting(let compiled, let schema) = known {
      return PreparedHandle.Compilation(
        description: try StatementDescription(query: schema),
        compiled: compiled,
        definitionVersion: context.definitionVersion
      )
    }
    let compilation = try await self.compile(
      sql,
      isRepeated: known?.isSeen ?? false,
      cancellation: cancellation
    )
    if let compiled = compilation.compiled, compilation.description.parameterCount == 0 {
      self.noteRecent(compiled, compilation.description.schema, after: known, in: context)
    }
    return compilation
  }

  private func compile(
    _ sql: String,
    isRepeated: Bool = false,
    preferring earlier: CompiledStatement? = nil,
    in transaction: Handle? = nil,
    cancellation: Cancellation
  ) async throws -> PreparedHandle.Compilation {
    let version = self.resources.definitions.current
    let (description, compiled) = try await self.onConnection(
      preferring: earlier,
      in: transaction,
      // In a transaction it may be the first to read the catalog.
      running: self.resources.lake?.hasOneWriter == true ? sql : nil,
      cancellation: cancellation
    ) {
      try await $0.describe(sql, isRepeated: isRepeated, cancellation: cancellation)
    }
    return PreparedHandle.Compilation(
      description: description,
      compiled: compiled,
      definitionVersion: version
    )
  }

  private func complete(
    _ compiled: CompiledStatement,
    _ binding: Binding? = nil,
    keepsRows: Bool,
    cancellation: Cancellation
  ) async throws -> Completion {
    try await self.onConnection(
      preferring: compiled,
      running: compiled.sql,
      cancellation: cancellation
    ) { connection in
      guard let binding else {
        return try await connection.complete(
          compiled,
          keepsRows: keepsRows,
          cancellation: cancellation
        )
      }
      return try await connection.complete(
        compiled,
        binding,
        keepsRows: keepsRows,
        cancellation: cancellation
      )
    }
  }
}
