import Engine
import Testing

@Suite struct ChangedTableReaderTests {
  private static let inserting: [(String, String)] = [
    ("INSERT INTO t VALUES (1)", "t"),
    ("insert /* INTO x */ into lake.main.\"My T\" (a) SELECT 1", "my t"),
    ("INSERT OR REPLACE INTO main.T BY NAME SELECT 1 AS a", "t"),
    ("INSERT INTO t VALUES ('\(String(repeating: "x", count: 10_000))')", "t"),
    ("INSERT INTO t SELECT \(Array(repeating: "1", count: 10_000).joined(separator: ", "))", "t"),
  ]

  @Test(arguments: ChangedTableReaderTests.inserting)
  func `the table of an insertion is named behind INTO`(sql: String, table: String) {
    #expect(ChangedTableReader.insertedTable(in: sql) == table)
  }

  private static let others = [
    "", "SELECT 1", "UPDATE t SET a = 1", "INSERT", "INSERT INTO (t)", "INSERT t VALUES (1)",
    "WITH s AS (SELECT 1) INSERT INTO t FROM s", "'",
  ]

  @Test(arguments: ChangedTableReaderTests.others)
  func `of other statements none is told`(sql: String) {
    #expect(ChangedTableReader.insertedTable(in: sql) == nil)
  }
}
