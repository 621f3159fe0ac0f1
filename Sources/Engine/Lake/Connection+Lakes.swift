internal import DuckDB

extension Connection {
  /// Whether a catalog is a lake, one that the initial SQL has attached too.
  borrowing func isLake(catalog: String) throws(DuckDBError) -> Bool {
    let rows = try self.texts(
      """
      SELECT 'yes' FROM duckdb_databases()
      WHERE type = 'ducklake' AND lower(database_name) = lower($1)
      """,
      binding: [.varchar(catalog)]
    )
    return !rows.isEmpty
  }
}
