import DuckDB
import Testing

struct PreparedStatementTests {
  @Test func `Columns are known before anything runs`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE SEQUENCE s")
    let statement = try connection.prepare("SELECT nextval('s') AS n, [1.5] AS \"a b\"")
    #expect(
      statement.columns == [
        Column("n", LogicalType(.bigint)),
        Column("a b", LogicalType(.list(LogicalType(.decimal(width: 2, scale: 1))))),
      ]
    )
    #expect(try connection.rows("SELECT nextval('s')::VARCHAR") == [["1"]])
  }

  @Test(arguments: [
    ("SELECT 1", StatementType.select), ("VALUES (1)", .select), ("FROM range(1)", .select),
    ("CREATE TABLE u (i INTEGER)", .create), ("INSERT INTO t VALUES (1)", .insert),
    ("UPDATE t SET i = 1", .update), ("DELETE FROM t", .delete), ("DROP TABLE t", .drop),
    ("ALTER TABLE t ADD COLUMN j INTEGER", .alter), ("BEGIN", .transaction),
    ("EXPLAIN SELECT 1", .explain), ("SET threads = 1", .set), ("CHECKPOINT", .call),
    ("MERGE INTO t USING t AS s USING (i) WHEN MATCHED THEN DELETE", .mergeInto),
    ("ATTACH ':memory:' AS other", .attach), ("COPY t TO '/dev/null'", .copy),
  ])
  func `Statements are told apart`(sql: String, type: StatementType) throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t (i INTEGER)")
    #expect(try connection.prepare(sql).statementType == type)
  }

  @Test func `Parameters have a name, and a type where the statement determines it`() throws {
    let connection = try Connection.inMemory()
    let byPosition = try connection.prepare("SELECT ?::DATE, ? FROM range(3) t(i) WHERE i > ?")
    #expect(byPosition.parameters.map(\.name) == ["1", "2", "3"])
    let types = byPosition.parameters.map(\.type.kind)
    #expect(types == [.date, .unknown, .bigint])
    let byName = try connection.prepare("SELECT $second::INTEGER, $first::VARCHAR, $second")
    #expect(byName.parameterCount == 2)
    #expect(byName.parameters.map(\.name).sorted() == ["first", "second"])
  }

  @Test func `Parameters are bound by name`() throws {
    let statement = try Connection.inMemory().prepare("SELECT $a || $b || $a")
    for (index, parameter) in statement.parameters.enumerated() {
      try statement.bind(.varchar(parameter.name == "a" ? "x" : "y"), at: index + 1)
    }
    #expect(try statement.rows() == [["xyx"]])
  }

  @Test func `A type that depends on a parameter is unknown until it is bound`() throws {
    let statement = try Connection.inMemory().prepare("SELECT ? AS p")
    #expect(statement.columns.map(\.type.kind) == [.unknown])
    try statement.bind(.bigint(7), at: 1)
    let result = try statement.stream()
    #expect(result.columns == [Column("p", LogicalType(.bigint))])
  }

  @Test func `A statement runs again with other values`() throws {
    let statement = try Connection.inMemory().prepare("SELECT $1::VARCHAR")
    for number in 0..<5 {
      try statement.bind(.integer(Int32(number)), at: 1)
      #expect(try statement.rows() == [["\(number)"]])
    }
  }

  @Test(arguments: [0, 2, -1, Int.max])
  func `Binding beyond the parameters leaves the statement as it was`(index: Int) throws {
    let statement = try Connection.inMemory().prepare("SELECT $1::VARCHAR")
    try statement.bind(.varchar("bound"), at: 1)
    #expect(throws: DuckDBError.self) { try statement.bind(.null, at: index) }
    #expect(try statement.rows() == [["bound"]])
  }

  @Test func `A statement sees what has changed since it was prepared`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t AS SELECT 1 AS i")
    let statement = try connection.prepare("SELECT i::VARCHAR FROM t")
    try connection.execute("DROP TABLE t; CREATE TABLE t AS SELECT 'two' AS i")
    #expect(try statement.rows() == [["two"]])
    try connection.execute("DROP TABLE t")
    let error = #expect(throws: DuckDBError.self) { try statement.rows() }
    #expect(error?.code == .catalog)
  }
}
