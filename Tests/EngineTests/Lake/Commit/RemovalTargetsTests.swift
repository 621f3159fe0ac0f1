import Engine
import Testing

@Suite struct RemovalTargetsTests {
  private static let removing: [(String, Set<String>)] = [
    ("DELETE FROM t WHERE a = 1", ["t"]),
    ("delete /* FROM x */ from lake.main.\"My T\" using s where a", ["my t"]),
    ("UPDATE ONLY main.T SET a = 1 FROM s", ["t"]),
    ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", ["t"]),
    ("TRUNCATE t", ["t"]),
    ("TRUNCATE TABLE main.t", ["t"]),
    ("WITH s AS (SELECT 1 AS update), delete AS (FROM x) DELETE FROM t USING s", ["t"]),
    ("WITH RECURSIVE update(a) AS (SELECT 1) UPDATE t SET a = 2", ["t"]),
    ("EXPLAIN ANALYZE DELETE FROM t", ["t"]),
    ("EXPLAIN (ANALYZE) UPDATE t SET a = 1", ["t"]),
    ("EXPLAIN (\"Analyze\") UPDATE t SET a = 1", ["t"]),
    ("PREPARE p AS DELETE FROM t WHERE a = $1", ["t"]),
    ("DELETE FROM t; SELECT 1; UPDATE u SET a = 1", ["t", "u"]),
  ]

  @Test(arguments: RemovalTargetsTests.removing)
  func `the tables are named behind the verb`(sql: String, tables: Set<String>) {
    let targets = RemovalTargets(of: sql)
    #expect(targets.tables == tables)
    #expect(!targets.mayBeOthers)
  }

  private static let others: [String] = [
    "SELECT 'DELETE FROM t'", "INSERT INTO t SELECT * FROM delete_log",
    "WITH s AS (SELECT 1) SELECT * FROM s", "EXPLAIN DELETE FROM t", "EXPLAIN ANALYZE SELECT 1",
    "CREATE TABLE update (a INTEGER)", "",
  ]

  @Test(arguments: RemovalTargetsTests.others)
  func `other statements have none`(sql: String) {
    #expect(RemovalTargets(of: sql).isEmpty)
  }

  @Test(arguments: ["DELETE FROM (t)", "UPDATE (SELECT 1)", "WITH s AS (SELECT 1)", "SELECT 'x"])
  func `where the name can't be told it may be any`(sql: String) {
    #expect(RemovalTargets(of: sql).mayBeOthers)
  }

  private static let beginnings: [String] = [
    " \n delete from t", "Update t SET a = 1", "WITH s AS (SELECT 1) DELETE FROM t",
    "-- now\nDELETE FROM t", "/* now */ DELETE FROM t", "DELETE",
  ]

  @Test(arguments: RemovalTargetsTests.beginnings)
  func `the beginning tells to look closer`(sql: String) {
    #expect(RemovalTargets.mayBegin(sql))
  }

  @Test(arguments: ["SELECT 1", "INSERT INTO t VALUES (1)", "deletes", "from t"])
  func `the beginning tells that there is nothing to look for`(sql: String) {
    #expect(!RemovalTargets.mayBegin(sql))
  }
}
