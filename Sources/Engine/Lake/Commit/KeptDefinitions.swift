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

  init(_ database: Database) throws(DuckDBError) {
    self.connection = try database.connect()
  }

  /// Keeps the definitions that there are in a snapshot, too.
  func add(_ snapshot: String, of lake: Lake) {
    // That it finds no such table is an error, and all that it is for has been done by then.
    _ = try? self.connection.prepare(lake.lookUp(in: snapshot))
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
    guard let lake = self.resources.lake,
      let snapshot = try? connection.texts(lake.currentSnapshotQuery).first?.first ?? nil
    else { return }
    let definitions = self.effects.definitions ?? (try? KeptDefinitions(self.resources.database))
    definitions?.add(snapshot, of: lake)
    self.effects.definitions = definitions
  }
}

extension Lake {
  /// A question for which DuckLake reads the definitions that there are in a snapshot.
  fileprivate func lookUp(in snapshot: String) -> String {
    "FROM \(SQLText.identifier([self.alias, "?", "?"])) AT (VERSION => \(snapshot))"
  }
}
