internal import DuckDB

/// `ALTER TABLE … SET PARTITIONED BY (bucket(n, column))`.
///
/// By a filter on the column DuckLake 1.5.5 passes over the files that were written before: neither a query
/// with one finds their rows, nor an `UPDATE` or `DELETE`.
struct BucketPartitioning {
  /// The table as the text names it.
  let table: String

  init?(_ sql: String) {
    guard let tokens = try? SQLTokens(sql), let statement = tokens.statements.first else {
      return nil
    }
    func word(_ index: Int) -> String? { StatementGuard.word(at: index, tokens, statement) }
    guard word(0) == "alter", word(1) == "table" else { return nil }
    let start = word(2) == "if" && word(3) == "exists" ? 4 : 2
    var end = start + 1
    while StatementGuard.isSymbol(".", at: end, tokens, statement) { end += 2 }
    guard word(end) == "set", word(end + 1) == "partitioned",
      tokens.callCount(of: ["bucket"], in: statement) > 0
    else { return nil }
    let bytes = statement[start].range.lowerBound..<statement[end - 1].range.upperBound
    self.table = String(decoding: tokens.bytes[bytes], as: UTF8.self)
  }
}

extension SessionConnection {
  /// Refuses what would hide rows.
  func requireRowsInSight(
    after type: StatementType,
    _ text: String,
    on connection: borrowing Connection
  ) throws {
    guard self.resources.lake != nil, type == .alter,
      let partitioning = BucketPartitioning(text),
      // Where it can't be read, the statement itself fails for the same reason.
      let row = try? connection.texts("SELECT 1 FROM \(partitioning.table) LIMIT 1"), !row.isEmpty
    else { return }
    throw EngineError.rowsBeforeBuckets(table: partitioning.table)
  }
}
