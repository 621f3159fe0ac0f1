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
    var leftOut: Set<String> = []
    try self.eachTable(on: connection, &leftOut) { lake.flush(schema: $0, table: $1) }
    try self.step(lake.expireSnapshots, on: connection)
    try self.eachTable(on: connection, &leftOut) { lake.merge(schema: $0, table: $1) }
    try self.eachTable(on: connection, &leftOut) { lake.rewrite(schema: $0, table: $1) }
    try self.step(lake.deleteOldFiles, on: connection)
    try self.step(lake.deleteOrphans, on: connection)
    guard leftOut.isEmpty else {
      throw EngineError.checkpointIncomplete(tables: leftOut.sorted())
    }
  }

  /// - Parameter statement: That for a schema and a table.
  private func eachTable(
    on connection: borrowing Connection,
    _ leftOut: inout Set<String>,
    _ statement: (String, String) -> String
  ) throws {
    for row in try connection.texts(self.lake.tablesQuery, self.transaction.cancellation) {
      guard let schema = row[0], let table = row[1] else { continue }
      do {
        try self.step(statement(schema, table), on: connection, replacingFilesOf: table)
      } catch EngineError.lakeConflict {
        leftOut.insert(table)
      } catch let error as DuckDBError where error.code == .catalog {
        let tables = try connection.texts(self.lake.tablesQuery, self.transaction.cancellation)
        // Else somebody has dropped it meanwhile.
        guard !tables.contains(row) else { throw error }
      }
    }
  }

  private func step(
    _ statement: String,
    on connection: borrowing Connection,
    replacingFilesOf table: String? = nil
  ) throws {
    let cancellation = self.transaction.cancellation
    try LakeCommit.repeating(on: connection, cancellation) { connection in
      _ = try self.transaction.run(on: connection, replacingFilesOf: table) {
        try $0.texts(statement, cancellation)
      }
    }
  }
}
