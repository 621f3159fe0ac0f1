import ArrowIPC
import DuckDB
import Engine
import Testing

struct SchemaTests {
  private static let decimal38: DataType = .decimal(precision: 38, scale: 0, bitWidth: 128)

  private static let types: [(String, DataType)] = [
    ("BOOLEAN", .bool),
    ("TINYINT", .int(bitWidth: 8, isSigned: true)),
    ("SMALLINT", .int(bitWidth: 16, isSigned: true)),
    ("INTEGER", .int(bitWidth: 32, isSigned: true)),
    ("BIGINT", .int(bitWidth: 64, isSigned: true)),
    ("UTINYINT", .int(bitWidth: 8, isSigned: false)),
    ("USMALLINT", .int(bitWidth: 16, isSigned: false)),
    ("UINTEGER", .int(bitWidth: 32, isSigned: false)),
    ("UBIGINT", .int(bitWidth: 64, isSigned: false)),
    ("HUGEINT", decimal38),
    ("UHUGEINT", decimal38),
    ("FLOAT", .floatingPoint(.single)),
    ("DOUBLE", .floatingPoint(.double)),
    ("DECIMAL(4, 1)", .decimal(precision: 4, scale: 1, bitWidth: 128)),
    ("DECIMAL(38, 38)", .decimal(precision: 38, scale: 38, bitWidth: 128)),
    ("VARCHAR", .utf8), ("JSON", .utf8), ("UUID", .utf8), ("BIT", .utf8), ("BIGNUM", .utf8),
    ("TIMETZ", .utf8), ("ENUM('a')", .utf8), ("BLOB", .binary), ("GEOMETRY", .binary),
    ("DATE", .date(.day)), ("TIME", .time(.microsecond)), ("TIME_NS", .time(.nanosecond)),
    ("TIMESTAMP_S", .timestamp(.second, timeZone: nil)),
    ("TIMESTAMP_MS", .timestamp(.millisecond, timeZone: nil)),
    ("TIMESTAMP", .timestamp(.microsecond, timeZone: nil)),
    ("TIMESTAMP_NS", .timestamp(.nanosecond, timeZone: nil)),
    ("TIMESTAMPTZ", .timestamp(.microsecond, timeZone: "Asia/Tokyo")),
    ("INTERVAL", .interval(.monthDayNano)),
    ("VARCHAR[]", .list(Field("l", .utf8))),
    ("VARCHAR[3]", .fixedSizeList(Field("l", .utf8), size: 3)),
    ("STRUCT(a DATE, b VARCHAR)", .struct([Field("a", .date(.day)), Field("b", .utf8)])),
    (
      "MAP(DATE, VARCHAR)",
      .map(
        entries: Field(
          "entries",
          .struct([Field("key", .date(.day), isNullable: false), Field("value", .utf8)]),
          isNullable: false
        ),
        keysSorted: false
      )
    ),
    (
      "UNION(a DATE, b VARCHAR)",
      .union(.sparse, typeIDs: [0, 1], fields: [Field("a", .date(.day)), Field("b", .utf8)])
    ),
  ]

  @Test(arguments: types)
  func `Every type has its Arrow type`(name: String, type: DataType) throws {
    #expect(try Self.schema("SELECT NULL::\(name) AS c") == Schema(fields: [Field("c", type)]))
  }

  @Test func `An untyped NULL is the integer that DuckDB makes of it`() throws {
    #expect(
      try Self.schema("SELECT NULL AS c")
        == Schema(fields: [Field("c", .int(bitWidth: 32, isSigned: true))])
    )
  }

  @Test(arguments: types)
  func `The schema of a statement is that of its result`(name: String, type: DataType) throws {
    let connection = try Database().connect()
    let statement = try connection.prepare("SELECT NULL::\(name) AS c")
    let prepared = try Schema(columns: statement.columns, timeZone: "UTC")
    let executed = try RecordBatchReader(try statement.stream(), timeZone: "UTC").schema
    #expect(prepared == executed)
  }

  @Test func `Column names may repeat and be odd`() throws {
    let schema = try Self.schema("SELECT 1 AS a, 2 AS a, 3 AS \" \", 4 AS \"naïve ☃\"")
    #expect(schema.fields.map(\.name) == ["a", "a", " ", "naïve ☃"])
  }

  @Test(arguments: ["VARIANT", "VARIANT[]", "STRUCT(a VARIANT)", "MAP(INTEGER, VARIANT)"])
  func `A type that Arrow lacks names its column and the way out`(name: String) {
    let error = #expect(throws: ConversionError.self) {
      try Self.schema("SELECT NULL::\(name) AS odd")
    }
    #expect(error?.code == .unsupportedType)
    #expect(error?.message.hasPrefix("column \"odd\" ") == true)
    #expect(error?.message.contains("VARIANT") == true)
    #expect(error?.message.contains("cast it to VARCHAR") == true)
  }

  @Test func `A type that depends on a parameter asks for a cast`() {
    let error = #expect(throws: ConversionError.self) { try Self.schema("SELECT ? AS p") }
    #expect(error?.code == .undeterminedType)
    #expect(error?.message.contains("?::INTEGER") == true)
  }

  @Test func `A type that DuckDB doesn't name asks for a cast of the column`() {
    let error = #expect(throws: ConversionError.self) {
      try Self.schema("SELECT make_type('INTEGER') AS t")
    }
    #expect(error?.message.contains("cast the column to VARCHAR") == true)
  }

  @Test func `Nesting that readers refuse is refused`() throws {
    let deepest = "INTEGER" + String(repeating: "[]", count: 63)
    #expect(try Self.schema("SELECT NULL::\(deepest) AS c").fields.count == 1)
    let error = #expect(throws: ConversionError.self) {
      try Self.schema("SELECT NULL::\(deepest)[] AS c")
    }
    #expect(error?.code == .unsupportedType)
    #expect(error?.message.contains("64 levels") == true)
  }

  private static func schema(_ sql: String) throws -> Schema {
    let columns = try Database().connect().prepare(sql).columns
    return try Schema(columns: columns, timeZone: "Asia/Tokyo")
  }
}
