internal import DuckDB

/// Keeps a lake's definitions of schemas, tables and whatever else for as long as it lives.
///
/// DuckLake 1.5.5 keeps the definitions of a version for all connections until it needs their memory, until
/// a snapshot expires, or until another connection has read them too. After that they stay only for as
/// long as a connection that has compiled a statement with them executes none. But what a transaction has
/// made refers to them until it is committed, and a plan that reads no table until it is executed.
final class KeptDefinitions {
  /// Nothing is ever executed on it.
  private let connection: Connection
  /// A question for which DuckLake reads the definitions that a transaction sees.
  private let question: String

  /// - Parameter snapshot: The one that the transaction reads.
  init(of lake: Lake, _ snapshot: String, _ database: Database) throws(DuckDBError) {
    self.connection = try database.connect()
    self.question = "FROM \(SQLText.identifier([lake.alias, "?", "?"])) AT (VERSION => \(snapshot))"
  }

  /// Keeps the definitions that there are at present, too: they may have left DuckLake's cache, and been read
  /// again.
  func add() {
    // That there is no such table is an error, and all that it is for has been done by then.
    _ = try? self.connection.prepare(self.question)
  }
}

extension SessionConnection {
  /// Notes what a statement is about to change in the lake.
  func note(_ changes: LakeChanges, on connection: borrowing Connection) {
    self.effects.lake.formUnion(changes)
    if changes.mayDefine { self.keepDefinitions(on: connection) }
  }

  /// Keeps the definitions that the open transaction sees until it ends.
  ///
  /// Where they can't be read, its next statement fails for the same reason.
  func keepDefinitions(on connection: borrowing Connection) {
    guard let lake = self.resources.lake else { return }
    if self.effects.definitions == nil,
      let snapshot = try? connection.texts(lake.currentSnapshotQuery).first?.first ?? nil
    {
      self.effects.definitions = try? KeptDefinitions(of: lake, snapshot, self.resources.database)
    }
    self.effects.definitions?.add()
    self.effects.compilesDefinition = true
  }

  /// Keeps the definitions that a statement has just been compiled with, which may be others than those of
  /// a moment before.
  func keepCompiledDefinitions() {
    guard self.effects.compilesDefinition else { return }
    self.effects.compilesDefinition = false
    self.effects.definitions?.add()
  }
}
