import DuckDB
import Testing

struct VectorTests {
  /// Calls `body` with the first column of the first chunk of a result.
  private func withVector(
    _ sql: String,
    _ body: (borrowing Vector) throws -> Void
  ) throws {
    let chunk = try Connection.inMemory().firstChunk(sql)
    try body(chunk.vector(at: 0))
  }

  private func slot<Slot: BitwiseCopyable>(_ value: String, as type: Slot.Type) throws -> Slot {
    var slot: Slot?
    try self.withVector("SELECT \(value) FROM range(1)") { vector in
      #expect(vector.rowCount == 1)
      slot = vector.slots(as: type)[0]
    }
    return try #require(slot)
  }

  @Test func `Booleans and integers have slots of their width`() throws {
    #expect(try self.slot("true", as: UInt8.self) == 1)
    #expect(try self.slot("(-128)::TINYINT", as: Int8.self) == .min)
    #expect(try self.slot("(-32768)::SMALLINT", as: Int16.self) == .min)
    #expect(try self.slot("(-2147483648)::INTEGER", as: Int32.self) == .min)
    #expect(try self.slot("(-9223372036854775808)::BIGINT", as: Int64.self) == .min)
    #expect(try self.slot("255::UTINYINT", as: UInt8.self) == .max)
    #expect(try self.slot("65535::USMALLINT", as: UInt16.self) == .max)
    #expect(try self.slot("4294967295::UINTEGER", as: UInt32.self) == .max)
    #expect(try self.slot("18446744073709551615::UBIGINT", as: UInt64.self) == .max)
    #expect(try self.slot("1.5::FLOAT", as: Float.self) == 1.5)
    #expect(try self.slot("-0.0::DOUBLE", as: Double.self).bitPattern == 1 << 63)
  }

  @Test func `Wide integers are two words, the lower one first`() throws {
    let hugeint = try self.slot("-2::HUGEINT", as: SIMD2<UInt64>.self)
    #expect(hugeint == SIMD2<UInt64>(.max - 1, .max))
    let uuid = try self.slot("'00000000-0000-0001-0000-000000000002'::UUID", as: SIMD2<UInt64>.self)
    #expect(uuid == SIMD2<UInt64>(2, 1 | 1 << 63))
  }

  @Test func `Decimals have the smallest slot that holds their digits`() throws {
    #expect(try self.slot("-999.9::DECIMAL(4, 1)", as: Int16.self) == -9999)
    #expect(try self.slot("-1.5::DECIMAL(9, 1)", as: Int32.self) == -15)
    #expect(try self.slot("-1.5::DECIMAL(18, 1)", as: Int64.self) == -15)
    #expect(try self.slot("-1.5::DECIMAL(38, 1)", as: SIMD2<UInt64>.self) == [.max - 14, .max])
  }

  @Test func `Dates and times count from their origin`() throws {
    #expect(try self.slot("DATE '1970-01-02'", as: Int32.self) == 1)
    #expect(try self.slot("'infinity'::DATE", as: Int32.self) == .max)
    #expect(try self.slot("TIME '00:00:01'", as: Int64.self) == 1_000_000)
    #expect(try self.slot("'00:00:01'::TIME_NS", as: Int64.self) == 1_000_000_000)
    #expect(try self.slot("'1970-01-01 00:00:01'::TIMESTAMP_S", as: Int64.self) == 1)
    #expect(try self.slot("'1970-01-01 00:00:01'::TIMESTAMP_MS", as: Int64.self) == 1000)
    #expect(try self.slot("'1970-01-01 00:00:01'::TIMESTAMP", as: Int64.self) == 1_000_000)
    #expect(try self.slot("'1970-01-01 00:00:01'::TIMESTAMP_NS", as: Int64.self) == 1_000_000_000)
    #expect(try self.slot("'-infinity'::TIMESTAMP", as: Int64.self) == -.max)
    let interval = try self.slot("to_months(-1) + to_days(2)", as: SIMD4<Int32>.self)
    #expect(interval == [-1, 2, 0, 0])
  }

  @Test(arguments: [(3, 1), (300, 2), (70_000, 4)])
  func `Enums have the smallest slot that tells their members apart`(
    count: Int,
    width: Int
  ) throws {
    let members = (0..<count).map { "'m\($0)'" }.joined(separator: ", ")
    let value = "'m\(count - 1)'::ENUM(\(members))"
    switch width {
    case 1: #expect(try self.slot(value, as: UInt8.self) == UInt8(count - 1))
    case 2: #expect(try self.slot(value, as: UInt16.self) == UInt16(count - 1))
    default: #expect(try self.slot(value, as: UInt32.self) == UInt32(count - 1))
    }
  }

  @Test func `Texts of any length are read`() throws {
    let connection = try Connection.inMemory()
    let lengths = [0, 1, 11, 12, 13, 100, 5000]
    for length in lengths {
      let found = try connection.rows("SELECT repeat('x', \(length)), NULL::VARCHAR")
      #expect(found == [[String(repeating: "x", count: length), nil]])
    }
  }

  @Test func `Validity has a bit for each row`() throws {
    let sql = "SELECT CASE WHEN i % 3 = 1 THEN NULL ELSE i END FROM range(100) t(i)"
    try self.withVector(sql) { vector in
      let words = try Self.copy(vector.validityWords)
      #expect(words.count == 2)
      for row in 0..<100 {
        #expect(words[row / 64] >> UInt64(row % 64) & 1 == (row % 3 == 1 ? 0 : 1))
      }
    }
  }

  @Test func `Without NULLs every bit is set`() throws {
    try self.withVector("SELECT i FROM range(64) t(i)") { vector in
      if let words = vector.validityWords {
        #expect(words[0] == .max)
      }
    }
  }

  @Test(arguments: [
    "SELECT 7::BIGINT FROM range(100)",
    "SELECT s FROM (SELECT 7::BIGINT AS s) CROSS JOIN range(100)",
    "SELECT x FROM range(10) a(i), (VALUES (7::BIGINT), (8)) b(x) WHERE x = 7",
  ])
  func `Constant and dictionary vectors arrive flat`(sql: String) throws {
    try self.withVector(sql) { vector in
      let slots = vector.slots(as: Int64.self)
      for row in 0..<vector.rowCount {
        #expect(slots[row] == 7)
      }
    }
  }

  @Test func `Lists say where their elements are`() throws {
    try self.withVector("SELECT range(i) FROM range(4) t(i)") { vector in
      let entries = vector.slots(as: Vector.ListEntry.self)
      let child = vector.listChild
      let elements = child.slots(as: Int64.self)
      for row in 0..<4 {
        #expect(entries[row].count == UInt64(row))
        for index in 0..<row {
          #expect(elements[Int(entries[row].offset) + index] == Int64(index))
        }
      }
    }
  }

  @Test func `Arrays have as many elements in every row`() throws {
    try self.withVector("SELECT [i, i + 1, i + 2]::BIGINT[3] FROM range(5) t(i)") { vector in
      let child = vector.arrayChild(size: 3)
      #expect(child.rowCount == 15)
      let elements = child.slots(as: Int64.self)
      #expect(elements[14] == 6)
    }
  }

  @Test func `Structs and unions have a vector for each member`() throws {
    try self.withVector("SELECT {'a': i, 'b': -i} FROM range(3) t(i)") { vector in
      #expect(vector.structChild(at: 0).slots(as: Int64.self)[2] == 2)
      #expect(vector.structChild(at: 1).slots(as: Int64.self)[2] == -2)
    }
    let union = "UNION(n BIGINT, s VARCHAR)"
    try self.withVector("SELECT union_value(s := 'x')::\(union) FROM range(3)") { vector in
      #expect(vector.structChild(at: 0).slots(as: UInt8.self)[2] == 1)
    }
  }

  @Test func `Maps are lists of keys and values`() throws {
    try self.withVector("SELECT MAP {i: i * 10, i + 1: NULL} FROM range(3) t(i)") { vector in
      let child = vector.listChild
      #expect(child.rowCount == 6)
      #expect(child.structChild(at: 0).slots(as: Int64.self)[5] == 3)
      #expect(child.structChild(at: 1).slots(as: Int64.self)[4] == 20)
    }
  }

  private static func copy(_ words: Span<UInt64>?) throws -> [UInt64] {
    guard let words else {
      throw DuckDBError(code: .invalid, message: "no validity")
    }
    return words.indices.map { words[$0] }
  }
}
