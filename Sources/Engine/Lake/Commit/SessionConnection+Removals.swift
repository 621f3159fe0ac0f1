internal import Auth
internal import DuckDB

// Statements that change the lake, above all those that remove rows, and their commits.

extension SessionConnection {
  /// What a statement may remove rows from in the lake.
  func removals(by type: StatementType, _ sql: String) -> RemovalTargets {
    guard let lake = self.resources.lake, !self.resources.configuration.isReadOnly,
      self.role != .reader
    else { return RemovalTargets() }
    guard !lake.hasOneWriter else { return type.mayChangeLake ? .wholeLake : RemovalTargets() }
    switch type {
    case .delete, .update, .mergeInto:
      let targets = RemovalTargets(of: sql)
      return targets.isEmpty ? .any : targets
    case .explain: return RemovalTargets(of: sql)
    case .execute: return self.preparedRemovals
    default: return RemovalTargets()
    }
  }

  /// Whether a statement replaces files of the lake that it chooses when it is compiled: both are to
  /// be in one transaction.
  func rewritesFiles(_ text: String) -> Bool {
    self.resources.lake != nil && LakeFunctions.mayRewriteFiles(text)
  }

  /// Refuses what would make DuckLake write the rows of files twice.
  private func requireRewritingOnce(_ text: String) throws(EngineError) {
    guard LakeFunctions.rewritesFilesOnce(text), !self.effects.hasRewrittenFiles else {
      throw .filesRewrittenTwice
    }
  }

  /// Whether a statement only reads, so that it may wait for its fetch and may never run.
  nonisolated func waitsForFetch(_ type: StatementType, _ sql: String) -> Bool {
    type.readsOnly && (self.resources.lake == nil || !LakeFunctions.mayRewriteFiles(sql))
  }

  /// Commits the transaction that is open on the connection.
  func commit(_ connection: borrowing Connection, _ cancellation: Cancellation) throws {
    guard let lake = self.resources.lake, !self.effects.lake.isEmpty else {
      return try connection.commit()
    }
    let commit = LakeCommit(
      lake: lake,
      database: self.resources.database,
      cancellation: cancellation
    )
    try commit.commit(connection, self.effects.lake)
  }

  /// What a statement does to the lake is what statements of this type do.
  private func kind(
    of type: StatementType,
    _ text: String,
    rewritesFiles: Bool
  ) -> StatementType {
    // Where only a table is read, too.
    if rewritesFiles { return .call }
    // The type that a `PIVOT` needs is temporary, and no change of the lake.
    return [.explain, .create].contains(type) && !WritingText.mayChangeLake(text) ? .select : type
  }

  /// Runs `work`, which executes one statement, in the transaction that it needs: one that names its
  /// author, and that is committed in turn with others if it removes rows or rewrites files.
  ///
  /// Of the latter `work` is to do the compiling, too.
  ///
  /// - Parameters:
  ///   - isAtomic: Whether it needs one whatever it changes.
  ///   - rewritesFiles: As ``rewritesFiles(_:)`` says.
  func changing<Value>(
    by type: StatementType,
    _ text: String,
    _ effect: StatementEffect,
    on connection: borrowing Connection,
    isAtomic: Bool = false,
    rewritesFiles: Bool,
    _ cancellation: Cancellation,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    if rewritesFiles { try self.requireRewritingOnce(text) }
    let kind = self.kind(of: type, text, rewritesFiles: rewritesFiles)
    try self.signOpenTransaction(before: kind, on: connection)
    let signs = self.needsSignature(kind, effect)
    var removals = self.removals(by: kind, text)
    if rewritesFiles { removals.formUnion(.any) }
    let changes =
      self.resources.lake == nil
      ? LakeChanges(since: 0) : LakeChanges(by: kind, text, removing: removals)
    // EXPLAIN ANALYZE prepares, too.
    if [.prepare, .explain].contains(type) {
      self.preparedRemovals.formUnion(RemovalTargets(of: text))
    }
    if rewritesFiles, self.state.isInTransaction(ObjectIdentifier(self)) {
      self.effects.hasRewrittenFiles = true
    }
    func perform(_ connection: borrowing Connection) throws -> Value {
      try self.note(changes, on: connection)
      try self.requireRowsInSight(after: kind, text, on: connection)
      return try work(connection)
    }
    if self.own?.hasParts == true {
      if signs { try self.sign(on: connection) }
      return try perform(connection)
    }
    // What adds rows is not for DuckDB to commit at its end either, and is tried again like the others.
    guard signs || isAtomic || !removals.isEmpty || !changes.insertedTables.isEmpty else {
      let value = try perform(connection)
      try self.commitOwn(on: connection, cancellation)
      return value
    }
    return try LakeCommit.repeating(
      on: connection,
      cancellation,
      // Of its turn, if it has one.
      onConflict: { self.resources.lake?.tableTurns.claim(removals.tables) }
    ) { connection in
      let value = try self.atomically(
        on: connection,
        changesLake: signs,
        cancellation,
        perform
      )
      // Where that fails, the next attempt has another transaction.
      try self.commitOwn(on: connection, cancellation)
      return value
    }
  }
}
