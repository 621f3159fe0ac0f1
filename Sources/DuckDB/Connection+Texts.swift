extension Connection {
  /// Runs a query whose columns are all `VARCHAR` and returns its rows.
  ///
  /// For the small questions that a server asks for itself.
  package borrowing func texts(
    _ sql: String,
    binding values: [Value] = []
  ) throws(DuckDBError) -> [[String?]] {
    var result = try self.result(of: sql, binding: values)
    let columnCount = result.columns.count
    var rows: [[String?]] = []
    while let chunk = try result.nextChunk() {
      for row in 0..<chunk.rowCount {
        rows.append((0..<columnCount).map { chunk.text(column: $0, row: row) })
      }
    }
    return rows
  }

  private borrowing func result(
    of sql: String,
    binding values: [Value]
  ) throws(DuckDBError) -> QueryResult {
    guard !values.isEmpty else { return try self.result(of: sql) }
    let statement = try self.prepare(sql)
    for (index, value) in values.enumerated() {
      try statement.bind(value, at: index + 1)
    }
    return try statement.stream()
  }
}
