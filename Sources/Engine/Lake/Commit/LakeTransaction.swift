internal import DuckDB

/// A transaction of the server's own on a lake, for one call of a function of DuckLake's.
///
/// DuckLake's functions choose the files when they are compiled, and compare with what others have
/// committed since their transaction began. With a transaction for each, what was committed in
/// between would be undone: a row that was deleted then was there again.
struct LakeTransaction {
  let lake: Lake
  let database: Database
  /// Whom its snapshot names, if anybody.
  let author: String?
  /// Gets to know of the commit; `nil` where the caller notes it.
  let data: DataVersion?
  let cancellation: Cancellation

  /// Compiles and runs with `work`, and commits.
  ///
  /// - Parameter targets: Whose rows or files it replaces by others, if any.
  func run<Value>(
    on connection: borrowing Connection,
    replacing targets: RemovalTargets,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    let commit = LakeCommit(
      lake: self.lake,
      database: self.database,
      cancellation: self.cancellation
    )
    try connection.begin()
    do {
      if let author { try connection.execute(self.lake.sign(as: author)) }
      let value = try work(connection)
      // The catalog's tables may be DuckDB's own.
      _ = self.data?.beginChange()
      defer { self.data?.endChange() }
      let targets = self.lake.hasOneWriter ? .wholeLake : targets
      try commit.commit(connection, LakeChanges(replacingFilesOf: targets))
      return value
    } catch {
      // A COMMIT that fails has already rolled back.
      try? connection.execute("ROLLBACK")
      throw error
    }
  }
}
