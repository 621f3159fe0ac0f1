import DuckDB
import Testing

struct BindingTests {
  struct Binding: CustomTestStringConvertible {
    var value: Value
    var type: String
    var text: String?

    var testDescription: String { self.type }

    init(_ value: Value, _ type: String, _ text: String?) {
      self.value = value
      self.type = type
      self.text = text
    }
  }

  private static let integer = LogicalType(.integer)
  private static let varchar = LogicalType(.varchar)

  private static let numbers = [
    Binding(.null, "\"NULL\"", nil),
    Binding(.boolean(true), "BOOLEAN", "true"),
    Binding(.tinyint(.min), "TINYINT", "-128"),
    Binding(.smallint(.min), "SMALLINT", "-32768"),
    Binding(.integer(.min), "INTEGER", "-2147483648"),
    Binding(.bigint(.min), "BIGINT", "-9223372036854775808"),
    Binding(.hugeint(.max), "HUGEINT", "170141183460469231731687303715884105727"),
    Binding(.hugeint(.min), "HUGEINT", "-170141183460469231731687303715884105728"),
    Binding(.utinyint(.max), "UTINYINT", "255"),
    Binding(.usmallint(.max), "USMALLINT", "65535"),
    Binding(.uinteger(.max), "UINTEGER", "4294967295"),
    Binding(.ubigint(.max), "UBIGINT", "18446744073709551615"),
    Binding(.uhugeint(.max), "UHUGEINT", "340282366920938463463374607431768211455"),
    Binding(.bignum(magnitude: [1, 0], isNegative: false), "BIGNUM", "256"),
    Binding(.bignum(magnitude: [1, 0], isNegative: true), "BIGNUM", "-256"),
    Binding(.float(-1.5), "FLOAT", "-1.5"),
    Binding(.double(.infinity), "DOUBLE", "inf"),
    Binding(.decimal(unscaled: -9999, width: 4, scale: 1), "DECIMAL(4,1)", "-999.9"),
    Binding(.decimal(unscaled: 123_456_789, width: 9, scale: 9), "DECIMAL(9,9)", ".123456789"),
    Binding(.decimal(unscaled: -1, width: 18, scale: 2), "DECIMAL(18,2)", "-0.01"),
    Binding(
      .decimal(unscaled: -99_999_999_999_999_999_999_999_999_999_999_999_999, width: 38, scale: 0),
      "DECIMAL(38,0)",
      "-99999999999999999999999999999999999999"
    ),
  ]

  private static let texts = [
    Binding(.varchar(""), "VARCHAR", ""),
    Binding(.varchar("naïve ☃, longer than twelve"), "VARCHAR", "naïve ☃, longer than twelve"),
    Binding(.blob([]), "BLOB", ""),
    Binding(.blob([0, 0xFF, 0x61]), "BLOB", "\\x00\\xFFa"),
    Binding(.bit([true, false, true]), "BIT", "101"),
    Binding(.bit(Array(repeating: true, count: 8) + [false]), "BIT", "111111110"),
    Binding(
      .uuid(0xF123_4567_89AB_CDEF_0123_4567_89AB_CDEF),
      "UUID",
      "f1234567-89ab-cdef-0123-456789abcdef"
    ),
  ]

  private static let times = [
    Binding(.date(days: -1), "DATE", "1969-12-31"),
    Binding(.time(micros: 86_399_999_999), "TIME", "23:59:59.999999"),
    Binding(.timeNS(nanos: 1), "TIME_NS", "00:00:00.000000001"),
    Binding(
      .timeTZ(micros: 1_000_000, offsetSeconds: -19_800),
      "TIME WITH TIME ZONE",
      "00:00:01-05:30"
    ),
    Binding(.timestampS(seconds: 1), "TIMESTAMP_S", "1970-01-01 00:00:01"),
    Binding(.timestampMS(millis: -1), "TIMESTAMP_MS", "1969-12-31 23:59:59.999"),
    Binding(.timestamp(micros: 1), "TIMESTAMP", "1970-01-01 00:00:00.000001"),
    Binding(.timestampNS(nanos: 1), "TIMESTAMP_NS", "1970-01-01 00:00:00.000000001"),
    Binding(.timestampTZ(micros: 0), "TIMESTAMP WITH TIME ZONE", "1970-01-01 00:00:00+00"),
    Binding(
      .interval(months: -14, days: 3, micros: 1),
      "INTERVAL",
      "-1 year -2 months 3 days 00:00:00.000001"
    ),
  ]

  private static let nested = [
    Binding(.list([.integer(1), .null], of: integer), "INTEGER[]", "[1, NULL]"),
    Binding(.list([], of: varchar), "VARCHAR[]", "[]"),
    Binding(.array([.integer(1), .integer(2)], of: integer), "INTEGER[2]", "[1, 2]"),
    Binding(
      .struct([
        Value.Member("a", integer, .integer(1)),
        Value.Member("b", LogicalType(.list(varchar)), .list([.varchar("x")], of: varchar)),
      ]),
      "STRUCT(a INTEGER, b VARCHAR[])",
      "{'a': 1, 'b': [x]}"
    ),
    Binding(
      .map(
        [Value.Entry(key: .varchar("k"), value: .null)],
        key: varchar,
        value: integer
      ),
      "MAP(VARCHAR, INTEGER)",
      "{k=NULL}"
    ),
  ]

  @Test(arguments: numbers + texts + times + nested)
  func `A value of every type arrives as itself`(binding: Binding) throws {
    let connection = try Connection.inMemory()
    try connection.execute("SET TimeZone = 'UTC'")
    let statement = try connection.prepare("SELECT $1::VARCHAR")
    try statement.bind(binding.value, at: 1)
    #expect(try statement.rows() == [[binding.text]])
  }

  @Test(arguments: [
    Value.decimal(unscaled: 1, width: 39, scale: 0), .decimal(unscaled: 1, width: 0, scale: 0),
    .decimal(unscaled: 1, width: 4, scale: 5), .bit([]),
    .list([], of: LogicalType(.other(id: 999))),
  ])
  func `A value that no type has is refused`(value: Value) throws {
    let statement = try Connection.inMemory().prepare("SELECT $1")
    let error = #expect(throws: DuckDBError.self) { try statement.bind(value, at: 1) }
    #expect(error?.code == .invalidInput)
  }

  @Test func `A value is cast to the type of its parameter`() throws {
    let statement = try Connection.inMemory().prepare("SELECT ($1::INTEGER + 1)::VARCHAR")
    try statement.bind(.varchar("41"), at: 1)
    #expect(try statement.rows() == [["42"]])
    try statement.bind(.varchar("forty"), at: 1)
    let error = #expect(throws: DuckDBError.self) { try statement.rows() }
    #expect(error?.code == .conversion)
  }
}
