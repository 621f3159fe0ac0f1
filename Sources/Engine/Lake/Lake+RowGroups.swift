internal import DuckDB

// How DuckLake writes the rows of a table. Columns are all text.

extension Lake {
  /// How many rows each thread gathers before they become a row group of a file: DuckDB's default.
  static let groupRowCount = 122_880

  /// A row for each setting of the lake that changes how threads gather and write rows.
  var groupOptionsQuery: String {
    """
    SELECT option_name FROM ducklake_options(\(SQLText.literal(self.alias)))
    WHERE option_name IN ('parquet_row_group_size', 'parquet_row_group_size_bytes',
      'per_thread_output', 'data_inlining_row_limit')
    """
  }

  /// A row for each partitioning of the tables of that name: their rows go to files of their own.
  func partitionQuery(ofTable name: String) -> String {
    let tables = self.catalogPath(ofTable: "ducklake_table")
    return self.catalogQuery(
      "partition_id::VARCHAR",
      table: "ducklake_partition_info",
      where: """
        end_snapshot IS NULL AND table_id IN (
          SELECT table_id FROM \(tables) WHERE lower(table_name) = lower(\(SQLText.literal(name))))
        """
    )
  }
}
