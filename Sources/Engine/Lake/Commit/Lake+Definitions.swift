internal import DuckDB
internal import Synchronization

// DuckLake 1.5.5 keeps the definitions of each version of a schema for all connections. Where two read
// a new version at once, those that one of them has read are freed at the end of its statement, though
// what its transaction has made refers to them until it is committed: that ends the process.

extension Lake {
  /// How long a statement waits at most for others: they may hang that wait for PostgreSQL.
  private static let definitionWaitLimit = Duration.seconds(1)

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
    defer { self.definitionTurn.give() }
    self.hasReadDefinitions.store(false, ordering: .sequentiallyConsistent)
    defer { self.readDefinitions(database) }
    try connection.commit()
  }

  /// Has definitions read by one connection before a statement begins.
  func awaitDefinitions(_ database: Database, _ cancellation: Cancellation) {
    guard !self.hasReadDefinitions.load(ordering: .sequentiallyConsistent) else { return }
    do {
      try self.definitionTurn.take(cancellation, atMost: Self.definitionWaitLimit)
    } catch {
      // A statement that is cancelled will notice; others have waited for long enough.
      return
    }
    defer { self.definitionTurn.give() }
    guard !self.hasReadDefinitions.load(ordering: .sequentiallyConsistent) else { return }
    self.readDefinitions(database)
  }

  private func readDefinitions(_ database: Database) {
    // Where this fails, whoever comes next reads them, and is told why it can't.
    try? database.connect().execute(self.useStatement)
    self.hasReadDefinitions.store(true, ordering: .sequentiallyConsistent)
  }
}
