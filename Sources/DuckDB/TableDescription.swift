import CDuckDB

extension Connection {
  /// The columns of a base table; `nil` if there is none of that name.
  ///
  /// Unlike a query it takes no file for a table whose name looks like one. Throws for a view.
  package borrowing func columns(
    ofTable table: String,
    schema: String,
    catalog: String
  ) throws(DuckDBError) -> [Column]? {
    for name in [catalog, schema, table] { try SQLText.requireNoNUL(name) }
    var description: duckdb_table_description?
    let state = unsafe duckdb_table_description_create_ext(
      self.handle.pointer,
      catalog,
      schema,
      table,
      &description
    )
    defer { unsafe duckdb_table_description_destroy(&description) }
    guard state == DuckDBSuccess else {
      let error = unsafe DuckDBError(
        prefixed: duckdb_table_description_error(description),
        otherwise: "Catalog Error: cannot look up table \(SQLText.identifier(table))",
        code: .catalog
      )
      // DuckDB's words where it finds nothing; all else has a prefix that says more.
      if error.message.contains("could be located") { return nil }
      throw error
    }
    let count = unsafe duckdb_table_description_get_column_count(description)
    return (0..<count).map { index in
      let name = unsafe duckdb_table_description_get_column_name(description, index)
      defer { unsafe duckdb_free(name) }
      let type = unsafe LogicalTypeHandle(
        duckdb_table_description_get_column_type(description, index)
      )
      return Column(unsafe name.map { unsafe String(cString: $0) } ?? "", type.decoded)
    }
  }
}
