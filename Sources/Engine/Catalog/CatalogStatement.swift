internal import DuckDB

/// SQL with the values of its parameters.
struct CatalogStatement {
  var sql: String
  var values: [Value] = []

  func prepare(on connection: borrowing Connection) throws -> PreparedStatement {
    let prepared = try connection.prepare(self.sql)
    for (index, value) in self.values.enumerated() {
      try prepared.bind(value, at: index + 1)
    }
    return prepared
  }
}
