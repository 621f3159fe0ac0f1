internal import DuckDB

/// What DuckLake does on `CHECKPOINT` of a lake, step by step: DuckLake itself takes a connection of its
/// own for each, on which no author is named, and commits without a look at what others have removed.
struct LakeCheckpoint {
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
    for step in Self.steps {
      try LakeCommit.repeating(on: connection, self.cancellation) {
        try self.attempt(step, on: $0)
      }
    }
  }

  /// Compiles and runs a step in one transaction.
  private func attempt(_ step: Step, on connection: borrowing Connection) throws {
    let transaction = LakeTransaction(
      lake: self.lake,
      database: self.database,
      author: self.author,
      data: nil,
      cancellation: self.cancellation
    )
    try transaction.run(on: connection, replacing: step.replacesRows ? .any : RemovalTargets()) {
      try self.call(step.function, on: $0)
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
