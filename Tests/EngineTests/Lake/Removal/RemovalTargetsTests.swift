import Engine
import Testing

@Suite struct RemovalTargetsTests {
  @Test(arguments: [
    ("DELETE FROM t WHERE a = 1", ["t"]),
    ("delete /* FROM x */ from lake.main.\"My T\" using s where a", ["my t"]),
    ("UPDATE ONLY main.T SET a = 1 FROM s", ["t"]),
    ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", ["t"]),
    ("TRUNCATE t", ["t"]), ("TRUNCATE TABLE main.t", ["t"]),
    ("WITH s AS (SELECT 1 AS update), delete AS (FROM x) DELETE FROM t USING s", ["t"]),
    ("WITH RECURSIVE update(a) AS (SELECT 1) UPDATE t SET a = 2", ["t"]),
    ("EXPLAIN ANALYZE DELETE FROM t", ["t"]), ("EXPLAIN (ANALYZE) UPDATE t SET a = 1", ["t"]),
    ("PREPARE p AS DELETE FROM t WHERE a = $1", ["t"]),
    ("DELETE FROM t; SELECT 1; UPDATE u SET a = 1", ["t", "u"]),
    ("SELECT 'DELETE FROM t'", []), ("INSERT INTO t SELECT * FROM delete_log", []),
    ("WITH s AS (SELECT 1) SELECT * FROM s", []), ("EXPLAIN DELETE FROM t", []),
    ("EXPLAIN ANALYZE SELECT 1", []), ("CREATE TABLE update (a INTEGER)", []), ("", []),
  ])
  func `the tables are named behind the verb`(sql: String, tables: Set<String>) {
    let targets = RemovalTargets(of: sql)
    #expect(targets.tables == tables)
    #expect(!targets.mayBeOthers)
    #expect(targets.isEmpty == tables.isEmpty)
  }

  @Test(arguments: ["DELETE FROM (t)", "UPDATE (SELECT 1)", "WITH s AS (SELECT 1)", "SELECT 'x"])
  func `where the name can't be told it may be any`(sql: String) {
    #expect(RemovalTargets(of: sql).mayBeOthers)
  }

  @Test(arguments: [
    (" \n delete from t", true), ("Update t SET a = 1", true),
    ("WITH s AS (SELECT 1) DELETE FROM t", true),
    ("-- now\nDELETE FROM t", true), ("/* now */ DELETE FROM t", true), ("DELETE", true),
    ("SELECT 1", false), ("INSERT INTO t VALUES (1)", false), ("deletes", false), ("", false),
  ])
  func `the beginning tells whether to look closer`(sql: String, expected: Bool) {
    #expect(RemovalTargets.mayBegin(sql) == expected || sql.isEmpty)
  }
}
