import DuckDB
import Engine
import Testing

struct ScalarConversionTests {
  struct Conversion: CustomTestStringConvertible {
    var value: String
    var cell: Cell

    var testDescription: String { self.value }

    init(_ value: String, _ cell: Cell) {
      self.value = value
      self.cell = cell
    }
  }

  private static let numbers = [
    Conversion("true", .bool(true)),
    Conversion("false", .bool(false)),
    Conversion("(-128)::TINYINT", .int(-128)),
    Conversion("(-32768)::SMALLINT", .int(-32768)),
    Conversion("(-2147483648)::INTEGER", .int(-2_147_483_648)),
    Conversion("(-9223372036854775808)::BIGINT", .int(Int128(Int64.min))),
    Conversion("255::UTINYINT", .int(255)),
    Conversion("65535::USMALLINT", .int(65535)),
    Conversion("4294967295::UINTEGER", .int(4_294_967_295)),
    Conversion("18446744073709551615::UBIGINT", .int(Int128(UInt64.max))),
    Conversion("(-1)::HUGEINT", .int(-1)),
    Conversion("-'\(String(repeating: "9", count: 38))'::HUGEINT", .int(-decimalMaximum)),
    Conversion("'\(String(repeating: "9", count: 38))'::UHUGEINT", .int(decimalMaximum)),
    Conversion("-1.5::FLOAT", .float(-1.5)),
    Conversion("'-inf'::DOUBLE", .float(-.infinity)),
  ]

  private static let decimalMaximum: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999

  /// Both extremes of each width: of a 16, 32, 64 and 128-bit slot.
  private static let decimals = [1, 4, 5, 9, 10, 18, 19, 38].flatMap { width in
    let nines = String(repeating: "9", count: width)
    let value = Int128(nines) ?? 0
    return [
      Conversion("'\(nines)'::DECIMAL(\(width), 0)", .int(value)),
      Conversion("'-\(nines)'::DECIMAL(\(width), 0)", .int(-value)),
      Conversion("'-0.\(nines)'::DECIMAL(\(width), \(width))", .int(-value)),
    ]
  }

  private static let texts = [
    Conversion("''", .text("")),
    Conversion("'twelve bytes'", .text("twelve bytes")),
    Conversion("'thirteen byte'", .text("thirteen byte")),
    Conversion("repeat('ab☃', 100)", .text(String(repeating: "ab☃", count: 100))),
    Conversion("'a' || chr(0) || 'b'", .text("a\0b")),
    Conversion("'{\"a\": 1}'::JSON", .text("{\"a\": 1}")),
    Conversion("'\\xFF\\x00'::BLOB", .bytes([0xFF, 0])),
    Conversion("'ok'::ENUM('sad', 'ok')", .text("ok")),
    Conversion("''::ENUM('', 'ok')", .text("")),
  ]

  private static let times = [
    Conversion("DATE '1969-12-31'", .int(-1)),
    Conversion("'infinity'::DATE", .int(Int128(Int32.max))),
    Conversion("'-infinity'::DATE", .int(-Int128(Int32.max))),
    Conversion("TIME '24:00:00'", .int(86_400_000_000)),
    Conversion("'00:00:00.000000001'::TIME_NS", .int(1)),
    Conversion("'1969-12-31 23:59:59'::TIMESTAMP_S", .int(-1)),
    Conversion("'1969-12-31 23:59:59.999'::TIMESTAMP_MS", .int(-1)),
    Conversion("'1969-12-31 23:59:59.999999'::TIMESTAMP", .int(-1)),
    Conversion("'1969-12-31 23:59:59.999999999'::TIMESTAMP_NS", .int(-1)),
    Conversion("'infinity'::TIMESTAMP", .int(Int128(Int64.max))),
    Conversion("'-infinity'::TIMESTAMPTZ", .int(-Int128(Int64.max))),
    Conversion(
      "to_months(-14) + to_days(3) - to_microseconds(1)",
      .interval(months: -14, days: 3, nanos: -1000)
    ),
  ]

  @Test(arguments: numbers + decimals + texts + times)
  func `A value arrives exactly, and so do NULLs around it`(conversion: Conversion) throws {
    let value = conversion.value
    let sql = "SELECT CASE WHEN i % 3 = 1 THEN NULL ELSE \(value) END FROM range(5000) t(i)"
    let found = try ConvertedResult.column(sql)
    let expected = (0..<5000).map { $0 % 3 == 1 ? Cell.null : conversion.cell }
    #expect(found == expected)
    #expect(try ConvertedResult.cell(value) == conversion.cell)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65, 2047, 2048, 2049, 100_000])
  func `Every number of rows arrives whole`(rowCount: Int) throws {
    let sql = """
      SELECT i, i % 2 = 0, CASE WHEN i % 5 = 0 THEN NULL ELSE 'row ' || i END, NULL
      FROM range(\(rowCount)) t(i)
      """
    let columns = try ConvertedResult(sql).columns()
    #expect(columns[0] == (0..<rowCount).map { .int(Int128($0)) })
    #expect(columns[1] == (0..<rowCount).map { .bool($0 % 2 == 0) })
    #expect(columns[2] == (0..<rowCount).map { $0 % 5 == 0 ? .null : .text("row \($0)") })
    #expect(columns[3] == Array(repeating: .null, count: rowCount))
  }

  @Test func `NULLs that begin in a later chunk find the bits before them set`() throws {
    for first in [1, 63, 2047, 2048, 2049, 4095, 5000, 6143] {
      let sql = "SELECT CASE WHEN i >= \(first) THEN NULL ELSE i END FROM range(6144) t(i)"
      let expected = (0..<6144).map { $0 >= first ? Cell.null : .int(Int128($0)) }
      #expect(try ConvertedResult.column(sql) == expected)
    }
  }

  @Test func `Chunks of odd lengths join without a gap`() throws {
    let sql = """
      SELECT i, i % 3 = 0, CASE WHEN i % 7 = 0 THEN NULL ELSE i % 2 = 0 END
      FROM range(200000) t(i) WHERE hash(i) % 37 = 0
      """
    let columns = try ConvertedResult(sql).columns()
    #expect(columns[0].count > 4000)
    for (row, cell) in columns[0].enumerated() {
      guard case .int(let number) = cell else {
        Issue.record("row \(row) is \(cell)")
        return
      }
      #expect(columns[1][row] == .bool(number % 3 == 0))
      #expect(columns[2][row] == (number % 7 == 0 ? .null : .bool(number % 2 == 0)))
    }
  }

  @Test(arguments: [1, 255, 256, 257, 65_535, 65_536, 65_537])
  func `Enums of every size of index`(count: Int) throws {
    let connection = try Database().connect()
    try connection.execute(
      """
      CREATE TYPE member AS ENUM (SELECT 'member ' || i FROM range(\(count)) t(i) ORDER BY i)
      """
    )
    let sql = """
      SELECT CASE WHEN i % 11 = 3 THEN NULL ELSE 'member ' || (i % \(count)) END::member
      FROM range(66000) t(i)
      """
    let found = try ConvertedResult(sql, on: connection).columns()[0]
    #expect(found == (0..<66_000).map { $0 % 11 == 3 ? .null : .text("member \($0 % count)") })
  }

  @Test(arguments: [
    "('1' || repeat('0', 38))::HUGEINT", "('-1' || repeat('0', 38))::HUGEINT",
    "'170141183460469231731687303715884105727'::HUGEINT",
    "'-170141183460469231731687303715884105728'::HUGEINT",
    "'340282366920938463463374607431768211455'::UHUGEINT",
    "[('1' || repeat('0', 38))::HUGEINT]", "to_microseconds(9223372036854776)",
    "('1' || repeat('0', 9900))::BIGNUM",
  ])
  func `A value that Arrow can't hold names its column and the way out`(value: String) throws {
    let error = #expect(throws: ConversionError.self) {
      try ConvertedResult("SELECT \(value) AS big FROM range(1)")
    }
    #expect(error?.code == .valueOutOfRange)
    #expect(error?.message.hasPrefix("column \"big\": ") == true)
    #expect(error?.message.contains("cast the column to VARCHAR") == true)
  }

  @Test func `What a NULL hides is never too large`() throws {
    let hidden = "CASE WHEN i = 0 THEN NULL ELSE '1'::HUGEINT END"
    #expect(try ConvertedResult.column("SELECT \(hidden) FROM range(2) t(i)") == [.null, .int(1)])
  }
}
