import DuckDB
import Testing

struct LogicalTypeTests {
  private static let plain: [(String, LogicalType.Kind)] = [
    ("BOOLEAN", .boolean), ("TINYINT", .tinyint), ("SMALLINT", .smallint), ("INTEGER", .integer),
    ("BIGINT", .bigint), ("HUGEINT", .hugeint), ("UTINYINT", .utinyint), ("USMALLINT", .usmallint),
    ("UINTEGER", .uinteger), ("UBIGINT", .ubigint), ("UHUGEINT", .uhugeint), ("BIGNUM", .bignum),
    ("FLOAT", .float), ("DOUBLE", .double), ("DECIMAL(4,1)", .decimal(width: 4, scale: 1)),
    ("DECIMAL(38,38)", .decimal(width: 38, scale: 38)), ("VARCHAR", .varchar), ("BLOB", .blob),
    ("BIT", .bit), ("UUID", .uuid), ("DATE", .date), ("TIME", .time), ("TIME_NS", .timeNS),
    ("TIME WITH TIME ZONE", .timeTZ), ("TIMESTAMP_S", .timestampS), ("TIMESTAMP_MS", .timestampMS),
    ("TIMESTAMP", .timestamp), ("TIMESTAMP_NS", .timestampNS),
    ("TIMESTAMP WITH TIME ZONE", .timestampTZ), ("INTERVAL", .interval), ("GEOMETRY", .geometry),
    ("VARIANT", .variant),
  ]

  private static let varchar = LogicalType(.varchar)

  private static let nested: [(String, LogicalType.Kind)] = [
    ("ENUM('sad', 'it''s ok')", .enum(["sad", "it's ok"])),
    ("VARCHAR[]", .list(varchar)),
    ("VARCHAR[][]", .list(LogicalType(.list(varchar)))),
    ("VARCHAR[3]", .array(varchar, size: 3)),
    (
      "STRUCT(\"a\" INTEGER, \"b c\" VARCHAR[])",
      .struct([
        Column("a", LogicalType(.integer)), Column("b c", LogicalType(.list(varchar))),
      ])
    ),
    ("MAP(VARCHAR, INTEGER)", .map(key: varchar, value: LogicalType(.integer))),
    (
      "UNION(\"n\" BIGINT, \"s\" VARCHAR)",
      .union([Column("n", LogicalType(.bigint)), Column("s", varchar)])
    ),
  ]

  @Test(arguments: plain + nested)
  func `A type is read as it was written, and spelled so again`(
    name: String,
    kind: LogicalType.Kind
  ) throws {
    let connection = try Connection.inMemory()
    let statement = try connection.prepare("SELECT NULL::\(name) AS c")
    #expect(statement.columns == [Column("c", LogicalType(kind))])
    #expect(LogicalType(kind).sqlName == name)
  }

  @Test(arguments: plain.filter { $0.1 != .variant } + nested)
  func `A parameter can be a list of any type`(name: String, kind: LogicalType.Kind) throws {
    let statement = try Connection.inMemory().prepare("SELECT $1 AS c")
    try statement.bind(.list([], of: LogicalType(kind)), at: 1)
    let result = try statement.stream()
    #expect(result.columns == [Column("c", LogicalType(.list(LogicalType(kind))))])
  }

  @Test func `JSON is a text with another name`() throws {
    let statement = try Connection.inMemory().prepare("SELECT '{}'::JSON AS c")
    #expect(statement.columns == [Column("c", LogicalType(.varchar, alias: "JSON"))])
    #expect(statement.columns.map(\.type.sqlName) == ["JSON"])
  }

  @Test func `A type of one's own has its name`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
    let type = try #require(connection.prepare("SELECT 'sad'::mood").columns.first?.type)
    #expect(type.kind == .enum(["sad", "happy"]))
  }

  @Test func `An untyped NULL is the integer that DuckDB makes of it`() throws {
    let statement = try Connection.inMemory().prepare("SELECT NULL AS c")
    #expect(statement.columns == [Column("c", LogicalType(.integer))])
  }
}
