internal import Auth
internal import DuckDB

// Statements that remove rows from the lake, and their commits.

extension SessionConnection {
  /// What a statement may remove rows from in the lake.
  func removal(by type: StatementType, _ sql: String) -> RemovalTargets {
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
    let isAgain = self.hasRewrittenFiles && self.state.isInTransaction(ObjectIdentifier(self))
    guard LakeFunctions.rewritesFilesOnce(text), !isAgain else {
      throw .filesRewrittenTwice
    }
  }

  /// Whether a statement only reads, so that it may wait for its fetch and may never run.
  nonisolated func waitsForFetch(_ type: StatementType, _ sql: String) -> Bool {
    type.readsOnly && (self.resources.lake == nil || !LakeFunctions.mayRewriteFiles(sql))
  }

  /// Notes what a statement of the open transaction removes rows from, before it runs.
  func noteRemoval(_ targets: RemovalTargets, by type: StatementType, _ sql: String) {
    if type == .prepare { self.preparedRemovals.formUnion(RemovalTargets(of: sql)) }
    guard self.state.isInTransaction(ObjectIdentifier(self)) else { return }
    self.removals.formUnion(targets)
    if type == .alter { self.hasAltered = true }
  }

  /// Notes that a transaction has begun.
  func forgetRemovals() {
    self.removals = RemovalTargets()
    self.hasAltered = false
    self.hasRewrittenFiles = false
  }

  /// Commits the session's open transaction.
  func commitTransaction(
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws {
    // The lake knows a table that was renamed in here by its old name.
    var targets = self.removals
    if self.hasAltered, !targets.isEmpty { targets.formUnion(.any) }
    try self.commit(connection, removingFrom: targets, cancellation)
  }

  func commit(
    _ connection: borrowing Connection,
    removingFrom targets: RemovalTargets,
    _ cancellation: Cancellation
  ) throws {
    guard let lake = self.resources.lake, !targets.isEmpty else {
      return try connection.commit()
    }
    let commit = RemovalCommit(
      lake: lake,
      database: self.resources.database,
      cancellation: cancellation
    )
    try commit.commit(connection, removingFrom: targets)
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
    // As `CALL` does, though the call may stand where only a table is read.
    let kind = rewritesFiles ? .call : type
    try self.signOpenTransaction(before: kind, on: connection)
    let signs = self.needsSignature(kind, effect)
    var targets = self.removal(by: kind, text)
    if rewritesFiles { targets.formUnion(.any) }
    self.noteRemoval(targets, by: type, text)
    if rewritesFiles, self.state.isInTransaction(ObjectIdentifier(self)) {
      self.hasRewrittenFiles = true
    }
    guard targets.isEmpty else {
      return try self.removing(targets, on: connection, signs: signs, cancellation, work)
    }
    guard signs || isAtomic else { return try work(connection) }
    return try self.atomically(on: connection, changesLake: signs, work)
  }

  /// Runs `work`, which is all there is to a transaction, and again if others have changed the same
  /// tables meanwhile: what it did is rolled back then.
  private func removing<Value>(
    _ targets: RemovalTargets,
    on connection: borrowing Connection,
    signs: Bool,
    _ cancellation: Cancellation,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    var attemptCount = 1
    while true {
      do {
        return try self.atomically(
          on: connection,
          changesLake: signs,
          committing: { try self.commit($0, removingFrom: targets, cancellation) },
          work
        )
      } catch EngineError.lakeConflict where attemptCount < RemovalCommit.attemptLimit {
        if let reason = cancellation.reason { throw reason.error }
        attemptCount += 1
      }
    }
  }
}
