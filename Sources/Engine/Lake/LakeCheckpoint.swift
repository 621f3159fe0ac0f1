internal import DuckDB

/// What DuckLake does on `CHECKPOINT` of a lake, step by step: DuckLake itself takes a connection of its
/// own for each, on which no author is named, and commits without a look at what others have removed.
struct LakeCheckpoint {
  /// How often a step is tried if others have changed the lake meanwhile.
  private static let attemptLimit = 5

  private struct Step {
    var function: String
    /// Whether it puts files in the place of rows or other files.
    var replacesRows = false
  }

  /// In DuckLake's order; each heeds the lake's own options.
  private static let steps = [
    Step(function: "ducklake_flush_inlined_data", replacesRows: true),
    Step(function: "ducklake_expire_snapshots"),
    Step(function: "ducklake_merge_adjacent_files", replacesRows: true),
    Step(function: "ducklake_rewrite_data_files", replacesRows: true),
    Step(function: "ducklake_cleanup_old_files"),
    Step(function: "ducklake_delete_orphaned_files"),
  ]

  let lake: Lake
  let database: Database
  /// Who asks for it, if its snapshots are to say so.
  let author: String?
  let cancellation: Cancellation

  func run() throws {
    let connection = try self.database.connect()
    for step in Self.steps { try self.run(step, on: connection) }
  }

  private func run(_ step: Step, on connection: borrowing Connection) throws {
    var attemptCount = 1
    while true {
      do {
        return try self.attempt(step, on: connection)
      } catch EngineError.lakeConflict where attemptCount < Self.attemptLimit {
        if let reason = self.cancellation.reason { throw reason.error }
        attemptCount += 1
      }
    }
  }

  /// Compiles and runs a step in one transaction.
  private func attempt(_ step: Step, on connection: borrowing Connection) throws {
    try connection.execute("BEGIN TRANSACTION")
    do {
      if let author { try connection.execute(self.lake.sign(as: author)) }
      try self.call(step.function, on: connection)
      guard step.replacesRows || self.lake.hasOneWriter else {
        return try connection.execute("COMMIT")
      }
      let commit = RemovalCommit(
        lake: self.lake,
        database: self.database,
        cancellation: self.cancellation
      )
      try commit.commit(
        connection,
        removingFrom: self.lake.hasOneWriter ? .wholeLake : .any,
        ignoringInsertions: true
      )
    } catch {
      // A COMMIT that fails has already rolled back.
      try? connection.execute("ROLLBACK")
      throw error
    }
  }

  private func call(_ function: String, on connection: borrowing Connection) throws {
    // Connections don't get into closures: what works on one is made outside.
    let interrupter = connection.interrupter
    let statement = try connection.prepare("CALL \(function)(\(SQLText.literal(self.lake.alias)))")
    try self.cancellation.run(on: interrupter) {
      var result = try statement.stream { self.cancellation.isCancelled }
      while try result.nextChunk() != nil {}
    }
  }
}
