internal import DuckDB

// The statements that keep a lake in order. Their columns are all text.

extension Lake {
  /// DuckLake's own name for the catalog, under which PostgreSQL can be asked directly.
  var catalogName: String { "__ducklake_metadata_\(self.alias)" }

  /// Takes PostgreSQL's advisory lock for as long as the connection's transaction lasts.
  ///
  /// The lock is the database's, so it is taken for the catalog's schema in it. `true` if it was
  /// free. It is the transaction's, not the connection's: those go back into a pool.
  var maintenanceLockQuery: String? {
    guard let schema = self.postgresSchema else { return nil }
    let question = """
      SELECT pg_try_advisory_xact_lock(\
      hashtext('lakehouse maintenance'), hashtext(\(SQLText.literal(schema))))::TEXT AS taken
      """
    return self.postgresQuery(question)
  }

  /// Fails if the connection that holds the lock has been lost.
  var maintenanceLockCheck: String { self.postgresQuery("SELECT 'held' AS state") }

  func postgresQuery(_ question: String) -> String {
    """
    FROM postgres_query(\
    \(SQLText.literal(self.catalogName)), \(SQLText.literal(question)))
    """
  }

  /// Schema and name of each table.
  var tablesQuery: String {
    """
    SELECT schema_name, table_name FROM (\(CatalogStatement.tableNames))
    WHERE database_name = \(SQLText.literal(self.alias)) ORDER BY ALL
    """
  }

  /// A row for each setting of the lake itself that puts rows into its catalog.
  var inliningQuery: String {
    """
    SELECT value FROM ducklake_options(\(SQLText.literal(self.alias)))
    WHERE option_name = 'data_inlining_row_limit' AND TRY_CAST(value AS BIGINT) > 0
    """
  }

  /// The number of rows moved.
  func flush(schema: String, table: String) -> String {
    """
    SELECT coalesce(sum(rows_flushed), 0)::VARCHAR FROM ducklake_flush_inlined_data(
      \(SQLText.literal(self.alias)),
      schema_name => \(SQLText.literal(schema)), table_name => \(SQLText.literal(table)))
    """
  }

  /// The numbers of files read and written.
  func merge(schema: String, table: String) -> String {
    """
    SELECT
      coalesce(sum(files_processed), 0)::VARCHAR, coalesce(sum(files_created), 0)::VARCHAR
    FROM ducklake_merge_adjacent_files(
      \(SQLText.literal(self.alias)), \(SQLText.literal(table)),
      schema => \(SQLText.literal(schema)))
    """
  }

  /// Rewrites files of which many rows were deleted.
  func rewrite(schema: String, table: String) -> String {
    """
    SELECT coalesce(sum(files_created), 0)::VARCHAR FROM ducklake_rewrite_data_files(
      \(SQLText.literal(self.alias)), \(SQLText.literal(table)),
      schema => \(SQLText.literal(schema)))
    """
  }

  /// When the snapshot was made that was the newest that long ago; no row if there was none.
  func newestSnapshot(olderThan age: Duration) -> String {
    """
    SELECT max(snapshot_time)::VARCHAR FROM ducklake_snapshots(\(SQLText.literal(self.alias)))
    WHERE snapshot_time < \(Self.time(ago: age)) HAVING count(*) > 0
    """
  }

  /// The number of snapshots.
  func expireSnapshots(madeBefore time: String) -> String {
    self.count(of: "ducklake_expire_snapshots", before: "TIMESTAMPTZ \(SQLText.literal(time))")
  }

  /// The number of files, which no snapshot has needed for that long.
  func deleteOldFiles(olderThan age: Duration) -> String {
    self.count(of: "ducklake_cleanup_old_files", before: Self.time(ago: age))
  }

  /// The number of files, which were written that long ago.
  func deleteOrphans(olderThan age: Duration) -> String {
    self.count(of: "ducklake_delete_orphaned_files", before: Self.time(ago: age))
  }

  // As the lake's own options say.

  var expireSnapshots: String { self.count(of: "ducklake_expire_snapshots") }
  var deleteOldFiles: String { self.count(of: "ducklake_cleanup_old_files") }
  var deleteOrphans: String { self.count(of: "ducklake_delete_orphaned_files") }

  private static func time(ago age: Duration) -> String {
    "now() - to_microseconds(\(Int64(age / .microseconds(1))))"
  }

  private func count(of function: String, before time: String? = nil) -> String {
    let age = time.map { ", older_than => \($0)" } ?? ""
    return "SELECT count(*)::VARCHAR FROM \(function)(\(SQLText.literal(self.alias))\(age))"
  }
}
