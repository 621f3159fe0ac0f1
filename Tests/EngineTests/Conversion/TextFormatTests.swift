import Engine
import Testing

/// Types that travel as text: always as the one that DuckDB casts them to.
struct TextFormatTests {
  private static let uuids = "md5(i::VARCHAR)::UUID"
  private static let bits = "rpad('', 1 + (i % 41)::INTEGER, bin(hash(i)))::BIT"
  private static let timesTZ = """
    (format(
      '{:02d}:{:02d}:{:02d}', hash(i) % 24, hash(i + 1) % 60, hash(i + 2) % 60
    ) || CASE i % 4 WHEN 0 THEN '' ELSE rpad('.', (2 + i % 6)::INTEGER, (hash(i) % 1000000)::VARCHAR) END
      || CASE WHEN hash(i) % 2 = 0 THEN '+' ELSE '-' END
      || format('{:02d}:{:02d}:{:02d}', hash(i) % 16, 1 + i % 59, i % 5 * 7))::TIMETZ
    """
  private static let bignums = """
    (CASE WHEN i % 2 = 0 THEN '' ELSE '-' END || (1 + i % 9) || rpad(
      '', (i % 300)::INTEGER, CASE i % 3 WHEN 0 THEN '0' ELSE hash(i)::VARCHAR END))::BIGNUM
    """

  @Test(arguments: [uuids, bits, timesTZ, bignums])
  func `The text is that of DuckDB's cast`(value: String) throws {
    let sql = "SELECT v, v::VARCHAR FROM (SELECT \(value) AS v FROM range(5000) t(i))"
    let columns = try ConvertedResult(sql).columns()
    #expect(columns[0].count == 5000)
    for (found, expected) in zip(columns[0], columns[1]) where found != expected {
      Issue.record("\(found) instead of \(expected)")
      return
    }
  }

  @Test func `A time zone's minutes are never left out before its seconds`() throws {
    // DuckDB's cast gives +06:21, which reads as 21 minutes.
    #expect(try ConvertedResult.cell("'01:02:03+06:00:21'::TIMETZ") == .text("01:02:03+06:00:21"))
  }

  @Test(arguments: [
    ("'00000000-0000-0000-0000-000000000000'::UUID", "00000000-0000-0000-0000-000000000000"),
    ("'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    ("'80000000-0000-0000-0000-000000000001'::UUID", "80000000-0000-0000-0000-000000000001"),
    ("'0'::BIT", "0"), ("'101010101'::BIT", "101010101"),
    ("'24:00:00+15:59:59'::TIMETZ", "24:00:00+15:59:59"),
    ("'00:00:00-15:59:59'::TIMETZ", "00:00:00-15:59:59"),
    ("'0'::BIGNUM", "0"), ("'-0'::BIGNUM", "0"), ("'-1'::BIGNUM", "-1"),
    ("'10000000000000000000'::BIGNUM", "10000000000000000000"),
    ("('1' || repeat('0', 4000))::BIGNUM", "1" + String(repeating: "0", count: 4000)),
  ])
  func `Extremes`(value: String, text: String) throws {
    #expect(try ConvertedResult.cell(value) == .text(text))
    #expect(try ConvertedResult.cell("(\(value))::VARCHAR") == .text(text))
  }
}
