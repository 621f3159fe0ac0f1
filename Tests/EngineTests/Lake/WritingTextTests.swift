import Engine
import Testing

@Suite struct WritingTextTests {
  private static let writing: [String] = [
    "INSERT INTO t VALUES (1)", "-- now\nupdate t SET a = 1", "SELECT 1; DROP TABLE t",
    "WITH s AS (SELECT 1) DELETE FROM t USING s", "EXPLAIN ANALYZE INSERT INTO t VALUES (1)",
    "EXPLAIN (\"Analyze\") INSERT INTO t VALUES (1)", "BEGIN; INSERT INTO t VALUES (1)",
    "EXECUTE p", "CALL lake.flush_inlined_data()", "CHECKPOINT",
    "FROM ducklake_merge_adjacent_files('lake', 't')", "CREATE VIEW v AS SELECT 1",
    "ALTER TABLE t ADD b INT",
    "SELECT 'x", "COPY t FROM 'x'",
  ]

  @Test(arguments: WritingTextTests.writing)
  func `what may change a lake is told`(sql: String) {
    #expect(WritingText.mayChangeLake(sql))
  }

  private static let reading: [String] = [
    "SELECT 'INSERT INTO t' -- DELETE", "(SELECT 1)", "FROM t", "WITH s AS (SELECT 1) FROM s",
    "BEGIN",
    "COMMIT", "EXPLAIN DELETE FROM t", "SET TimeZone = 'UTC'", "PREPARE p AS DELETE FROM t",
    "USE lake",
    "FROM ducklake_table_info('lake')", "SHOW TABLES", "",
  ]

  @Test(arguments: WritingTextTests.reading)
  func `what only reads waits for nobody`(sql: String) {
    #expect(!WritingText.mayChangeLake(sql))
  }
}
