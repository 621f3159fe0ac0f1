internal import DuckDB

extension Connection {
  /// Runs a query whose columns are all `VARCHAR`, until it ends or is cancelled.
  borrowing func texts(_ sql: String, _ cancellation: Cancellation) throws -> [[String?]] {
    // Connections don't get into closures: what works on one is made outside.
    let interrupter = self.interrupter
    let statement = try self.prepare(sql)
    return try cancellation.run(on: interrupter) {
      var rows = TextRows(try statement.stream { cancellation.isCancelled })
      var texts: [[String?]] = []
      while let row = try rows.next() { texts.append(row) }
      return texts
    }
  }
}
