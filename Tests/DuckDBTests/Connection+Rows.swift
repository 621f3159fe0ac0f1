import DuckDB

extension Connection {
  /// A connection to a database of its own, in memory.
  static func inMemory(options: [String: String] = [:]) throws -> Connection {
    try Database(options: options).connect()
  }

  /// The rows of a statement whose columns are all `VARCHAR`.
  borrowing func rows(_ sql: String) throws -> [[String?]] {
    try self.prepare(sql).rows()
  }

  borrowing func firstChunk(_ sql: String) throws -> DataChunk {
    var result = try self.prepare(sql).stream()
    guard let chunk = try result.nextChunk() else {
      throw DuckDBError(code: .invalid, message: "no rows: \(sql)")
    }
    return chunk
  }

  /// The error that running `sql` ends with, wherever it arises.
  borrowing func failure(_ sql: String) -> DuckDBError? {
    do throws(DuckDBError) {
      var result = try self.prepare(sql).stream()
      while let chunk = try result.nextChunk() {
        _ = chunk.rowCount
      }
      return nil
    } catch {
      return error
    }
  }
}

extension PreparedStatement {
  /// The rows of a statement whose columns are all `VARCHAR`.
  func rows() throws -> [[String?]] {
    var result = try self.stream()
    var rows: [[String?]] = []
    while let chunk = try result.nextChunk() {
      for row in 0..<chunk.rowCount {
        var values: [String?] = []
        for column in 0..<chunk.columnCount {
          values.append(chunk.text(column: column, row: row))
        }
        rows.append(values)
      }
    }
    return rows
  }
}
