internal import DuckDB

/// Adds rows to a table of a lake once more that an open transaction has added in vain: DuckLake commits
/// none to a table from which others have removed rows since the transaction began.
///
/// They are read where the transaction has written them, and go into a transaction that begins now, from
/// which those wait that would remove rows here.
struct RepeatedIngestion {
  /// The first of the numbers that DuckLake gives to the rows of a transaction until it is committed.
  private static let firstRowID = 1_000_000_000_000_000_000
  private static let rowIDColumn = "rowid"

  let transaction: LakeTransaction
  let rowFunction: RowFunction
  let target: IngestionTarget
  let path: [String]
  let rowCount: Int

  /// - Parameters:
  ///   - first: The connection whose transaction has added them, and nothing else.
  ///   - conflict: Why it can't be committed; thrown where that can't be helped.
  func run(insteadOf first: borrowing Connection, _ conflict: EngineError) throws {
    let columns = try first.columns(ofTable: path[2], schema: path[1], catalog: path[0]) ?? []
    guard !columns.contains(where: { FoldedName($0.name) == FoldedName(Self.rowIDColumn) }) else {
      throw conflict
    }
    let cancellation = self.transaction.cancellation
    do {
      let connection = try self.transaction.database.connect()
      try LakeCommit.repeating(on: connection, cancellation) { connection in
        var changes = LakeChanges(since: self.transaction.lake.commitCount)
        changes.formUnion(LakeChanges(ingestingInto: self.target, removing: RemovalTargets()))
        try self.transaction.run(on: connection, changes) { connection in
          guard try self.addRows(of: first, to: connection) == self.rowCount else { throw conflict }
        }
      }
    } catch let error as DuckDBError where [.catalog, .binder].contains(error.code) {
      // The table isn't there any more, or another one.
      throw conflict
    }
  }

  /// - Returns: How many rows were added.
  private func addRows(
    of first: borrowing Connection,
    to connection: borrowing Connection
  ) throws -> Int {
    let cancellation = self.transaction.cancellation
    let table = SQLText.identifier(self.path)
    let query = try first.prepare(
      "SELECT * FROM \(table) WHERE \(Self.rowIDColumn) >= \(Self.firstRowID)"
    )
    let rows = ResultRows(try query.stream { cancellation.isCancelled })
    let interrupter = connection.interrupter
    return try self.rowFunction.withSource(rows.source) { call in
      let insertion = try connection.prepare("INSERT INTO \(table) BY NAME SELECT * FROM \(call)")
      return try cancellation.run(on: interrupter) {
        try insertion.stream { cancellation.isCancelled }.rowsChanged
      }
    }
  }
}
