internal import DuckDB

// What is asked of a lake's catalog before a transaction that has removed rows is committed.

extension Lake {
  /// How long PostgreSQL is left waiting for its lock at a time; in between, a cancellation is
  /// noticed.
  private static let lockSlice = Duration.milliseconds(500)

  /// Takes PostgreSQL's advisory lock for as long as the connection's transaction lasts, and fails
  /// if others keep it for long.
  ///
  /// What is asked afterwards in that transaction sees all that was
  /// committed before.
  ///
  /// It must be the first statement of its transaction. `nil` where only this process can write.
  var commitLockStatement: String? {
    guard let schema = self.postgresSchema else { return nil }
    let statements = """
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED; \
      SET LOCAL lock_timeout = \(Int(Self.lockSlice / .milliseconds(1))); \
      SELECT pg_advisory_xact_lock(\
      hashtext('lakehouse commit'), hashtext(\(SQLText.literal(schema))))
      """
    return """
      CALL postgres_execute(\(SQLText.literal(self.catalogName)), \(SQLText.literal(statements)))
      """
  }

  /// Whether somebody else has kept the lock for that long.
  static func isLockTimeout(_ error: DuckDBError) -> Bool {
    error.message.contains("due to lock timeout")
  }

  /// The snapshot that the connection's transaction reads.
  var currentSnapshotQuery: String {
    "SELECT id::VARCHAR FROM ducklake_current_snapshot(\(SQLText.literal(self.alias)))"
  }

  /// The number and changes of each later snapshot that hasn't been forgotten.
  func changesQuery(since snapshot: Int) -> String {
    self.catalogQuery(
      "snapshot_id::VARCHAR, changes_made",
      table: "ducklake_snapshot_changes",
      // The table's column: PostgreSQL would take the text that is selected, which is sorted otherwise.
      where: "snapshot_id > \(snapshot) ORDER BY ducklake_snapshot_changes.snapshot_id"
    )
  }

  /// Every name that tables have or had.
  func namesQuery(of tableIDs: Set<String>) -> String {
    self.catalogQuery(
      "DISTINCT table_name",
      table: "ducklake_table",
      where: "table_id IN (\(tableIDs.sorted().joined(separator: ", ")))"
    )
  }

  private func catalogQuery(_ columns: String, table: String, where condition: String) -> String {
    guard let schema = self.postgresSchema else {
      let path = SQLText.identifier([self.catalogName, "main", table])
      return "SELECT \(columns) FROM \(path) WHERE \(condition)"
    }
    let path = SQLText.identifier([schema, table])
    return self.postgresQuery("SELECT \(columns) FROM \(path) WHERE \(condition)")
  }
}
