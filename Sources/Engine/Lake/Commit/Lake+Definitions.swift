internal import DuckDB
internal import Synchronization

// DuckLake 1.5.5 keeps the definitions of each version of a schema for all connections. Where two read
// a new version at once, those that one of them has read are freed at the end of its statement, though
// what its transaction has made refers to them until it is committed: that ends the process.

extension Lake {
  /// How long a statement waits at most for a commit: one may hang that waits for PostgreSQL.
  private static let definitionWaitLimit = Duration.milliseconds(250)

  /// Commits a transaction that changes definitions, and reads the new ones before statements begin
  /// that would read them all at once.
  ///
  /// Only for whoever has ``commitTurn``.
  func commitDefinitions(
    _ connection: borrowing Connection,
    _ database: Database,
    _ cancellation: Cancellation
  ) throws {
    try self.definitionTurn.take(cancellation, atMost: LakeCommit.waitLimit)
    self.isChangingDefinitions.store(true, ordering: .sequentiallyConsistent)
    defer {
      self.isChangingDefinitions.store(false, ordering: .sequentiallyConsistent)
      self.definitionTurn.give()
    }
    try connection.commit()
    // Whoever comes next reads them if this fails.
    try? database.connect().execute(self.useStatement)
  }

  /// Waits while definitions are being changed.
  func awaitDefinitions(_ cancellation: Cancellation) {
    guard self.isChangingDefinitions.load(ordering: .sequentiallyConsistent) else { return }
    do {
      try self.definitionTurn.take(cancellation, atMost: Self.definitionWaitLimit)
    } catch {
      // A statement that is cancelled will notice; others have waited for long enough.
      return
    }
    self.definitionTurn.give()
  }
}
