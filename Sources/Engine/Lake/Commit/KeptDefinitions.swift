internal import DuckDB
internal import Foundation

/// Keeps a lake's definitions of schemas, tables and whatever else for as long as it lives.
///
/// DuckLake 1.5.5 keeps the definitions of a version for all connections until it needs their memory, until
/// a snapshot expires, or until another connection has read them too. After that they stay only for as
/// long as a connection that has compiled a statement with them executes none. But what a transaction has
/// made refers to them until it is committed, and a plan that reads no table until it is executed.
final class KeptDefinitions {
  private static let attemptLimit = 20
  private static let pause = 0.1

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
  ///
  /// Where there is no memory for it, others may give some back in a moment.
  func add() throws(DuckDBError) {
    for attempt in 1... {
      do throws(DuckDBError) {
        _ = try self.connection.prepare(self.question)
        return
      } catch {
        // That there is no such table is an error, and all that it is for has been done by then.
        guard error.isOutOfMemory else { return }
        guard attempt < Self.attemptLimit else { throw error }
        Thread.sleep(forTimeInterval: Self.pause)
      }
    }
  }
}

extension SessionConnection {
  /// Notes what a statement is about to change in the lake.
  func note(_ changes: LakeChanges, on connection: borrowing Connection) throws(DuckDBError) {
    self.effects.lake.formUnion(changes)
    if changes.mayDefine { try self.keepDefinitions(on: connection) }
  }

  /// Keeps the definitions that the open transaction sees until it ends.
  ///
  /// Where they can't be read, its next statement fails for the same reason; that there is no memory may
  /// be over by then.
  func keepDefinitions(on connection: borrowing Connection) throws(DuckDBError) {
    guard let lake = self.resources.lake else { return }
    self.effects.compilesDefinition = true
    do throws(DuckDBError) {
      if self.effects.definitions == nil,
        let snapshot = try connection.texts(lake.currentSnapshotQuery).first?.first ?? nil
      {
        self.effects.definitions = try KeptDefinitions(of: lake, snapshot, self.resources.database)
      }
      try self.effects.definitions?.add()
    } catch {
      guard !error.isOutOfMemory else { throw error }
    }
  }

  /// Keeps the definitions that a statement has just been compiled with, which may be others than those of
  /// a moment before.
  func keepCompiledDefinitions() throws(DuckDBError) {
    guard self.effects.compilesDefinition else { return }
    self.effects.compilesDefinition = false
    try self.effects.definitions?.add()
  }
}
