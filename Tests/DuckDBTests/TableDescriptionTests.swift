import DuckDB
import Testing

struct TableDescriptionTests {
  @Test func `a table's columns are found under its full name, in any case`() throws {
    let connection = try Connection.inMemory()
    try connection.execute(#"CREATE SCHEMA s; CREATE TABLE s."Ta""ble" ("A b" INTEGER, c VARCHAR)"#)
    let columns = try connection.columns(ofTable: #"tA"BLE"#, schema: "S", catalog: "memory")
    #expect(
      columns == [Column("A b", LogicalType(.integer)), Column("c", LogicalType(.varchar))]
    )
  }

  @Test(arguments: [("t", "main", "memory"), ("t", "no", "memory"), ("t", "main", "no")])
  func `there are no columns where there is no table`(
    table: String,
    schema: String,
    catalog: String
  ) throws {
    let connection = try Connection.inMemory()
    #expect(try connection.columns(ofTable: table, schema: schema, catalog: catalog) == nil)
  }

  @Test func `a file is no table, and a view neither`() throws {
    let connection = try Connection.inMemory()
    #expect(
      try connection.columns(ofTable: "/etc/x.csv", schema: "main", catalog: "memory") == nil
    )
    try connection.execute("CREATE VIEW v AS SELECT 1 AS i")
    let error = #expect(throws: DuckDBError.self) {
      try connection.columns(ofTable: "v", schema: "main", catalog: "memory")
    }
    #expect(error?.code == .catalog)
  }
}
