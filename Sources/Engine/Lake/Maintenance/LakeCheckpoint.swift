internal import DuckDB

/// What DuckLake does on `CHECKPOINT` of a lake, in its order and by the lake's own options, but table by
/// table: DuckLake itself takes a connection of its own for all tables at once, on which no author is
/// named, and commits without a look at what others have removed.
struct LakeCheckpoint {
  let lake: Lake
  let transaction: LakeTransaction

  /// Throws at the end if tables were left out because others kept changing them.
  func run(on connection: borrowing Connection) throws {
    let lake = self.lake
    let cancellation = self.transaction.cancellation
    let tables = try connection.texts(lake.tablesQuery, cancellation)
    var leftOut: Set<String> = []
    try self.each(of: tables, on: connection, &leftOut) { lake.flush(schema: $0, table: $1) }
    try self.step(lake.expireSnapshots, on: connection)
    try self.each(of: tables, on: connection, &leftOut) { lake.merge(schema: $0, table: $1) }
    try self.each(of: tables, on: connection, &leftOut) { lake.rewrite(schema: $0, table: $1) }
    try self.step(lake.deleteOldFiles, on: connection)
    // What somebody rolls back meanwhile may be found, and gone when it is looked at.
    try self.step(lake.deleteOrphans, on: connection) {
      ($0 as? DuckDBError)?.isMissingFile ?? false
    }
    guard leftOut.isEmpty else {
      throw EngineError.checkpointIncomplete(tables: leftOut.sorted())
    }
  }

  /// - Parameters:
  ///   - tables: Schema and name of each.
  ///   - statement: That for a schema and a table.
  private func each(
    of tables: [[String?]],
    on connection: borrowing Connection,
    _ leftOut: inout Set<String>,
    _ statement: (String, String) -> String
  ) throws {
    for row in tables {
      guard let schema = row[0], let table = row[1] else { continue }
      do {
        try self.step(statement(schema, table), on: connection, replacingFilesOf: table)
      } catch EngineError.lakeConflict {
        leftOut.insert(table)
      } catch let error as DuckDBError where error.code == .catalog {
        let present = try connection.texts(self.lake.tablesQuery, self.transaction.cancellation)
        // Else somebody has dropped it meanwhile.
        guard !present.contains(row) else { throw error }
      }
    }
  }

  /// - Parameter isPassing: Whether an error may be gone in another attempt.
  private func step(
    _ statement: String,
    on connection: borrowing Connection,
    replacingFilesOf table: String? = nil,
    where isPassing: (any Error) -> Bool = { _ in false }
  ) throws {
    let cancellation = self.transaction.cancellation
    try LakeCommit.repeating(on: connection, cancellation, where: isPassing) { connection in
      _ = try self.transaction.run(on: connection, replacingFilesOf: table) {
        try $0.texts(statement, cancellation)
      }
    }
  }
}
