import ArrowIPC
import NIOCore
import Testing

/// Arrays that contradict themselves: one for each rule.
struct `Invalid arrays` {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var array: ArrayData
    var field: Field?
    var message: String

    init(_ name: String, _ array: ArrayData, as field: Field? = nil, says message: String) {
      self.name = name
      self.array = array
      self.field = field
      self.message = message
    }

    var testDescription: String { self.name }
  }

  @Test(arguments: flat + text + views + lists + unions + runs + dictionaries)
  func `are refused with a reason`(_ invalid: Case) throws {
    let error = try #require(DecodedColumn.error(invalid.array, as: invalid.field))
    #expect(error.code == .invalidBatch)
    #expect(error.message.hasPrefix("Column 0 \"column\": "), "\(error.message)")
    #expect(error.message.contains(invalid.message), "\(error.message)")
  }

  @Test func `are found where they are nested`() throws {
    let text = ArrayData(
      type: .utf8,
      rowCount: 1,
      buffers: [none, .integers(Int32.self, 0, 1), ByteBuffer(bytes: [0xFF])]
    )
    let inner = Field("tags", .utf8)
    let list = ArrayData(
      type: .list(inner),
      rowCount: 1,
      buffers: [none, .integers(Int32.self, 0, 1)],
      children: [text]
    )
    let outer = ArrayData(
      type: .struct([Field("list", list.type)]),
      rowCount: 1,
      buffers: [none],
      children: [list]
    )
    let error = try #require(DecodedColumn.error(outer))
    #expect(
      error.message == """
        Column 0 "column": child "list": child "tags": The text in row 0 is not valid UTF-8.
        """
    )
  }

  static let none = ByteBuffer()
  private var none: ByteBuffer { Self.none }
  static let int32 = DataType.int(bitWidth: 32, isSigned: true)

  static func numbers(_ rowCount: Int) -> ArrayData {
    ArrayData(
      type: self.int32,
      rowCount: rowCount,
      buffers: [self.none, ByteBuffer(repeating: 0, count: rowCount * 4)]
    )
  }

  static let flat: [Case] = [
    Case(
      "too few values",
      ArrayData(type: int32, rowCount: 3, buffers: [none, .integers(Int32.self, 1, 2)]),
      says: "The values buffer has 8 bytes instead of 12."
    ),
    Case(
      "too few bits",
      ArrayData(type: .bool, rowCount: 9, buffers: [none, ByteBuffer(bytes: [0])]),
      says: "The values buffer has 1 bytes instead of 2."
    ),
    Case(
      "huge values",
      ArrayData(
        type: .fixedSizeBinary(byteWidth: Int(Int32.max)),
        rowCount: Int(Int32.max),
        buffers: [none, none]
      ),
      says: "The values buffer has 0 bytes"
    ),
    Case(
      "a validity bitmap that is too short",
      ArrayData(
        type: int32,
        rowCount: 9,
        nullCount: 1,
        buffers: [ByteBuffer(bytes: [0xFE]), ByteBuffer(repeating: 0, count: 36)]
      ),
      says: "The validity buffer has 1 bytes instead of 2."
    ),
    Case(
      "a wrong null count",
      ArrayData(
        type: int32,
        rowCount: 2,
        nullCount: 2,
        buffers: [ByteBuffer(bytes: [1]), .integers(Int32.self, 1, 2)]
      ),
      says: "The validity bitmap has 1 nulls where the batch says 2."
    ),
    Case(
      "more nulls than rows",
      ArrayData(
        type: int32,
        rowCount: 1,
        nullCount: 2,
        buffers: [ByteBuffer(bytes: [0]), .integers(Int32.self, 1)]
      ),
      says: "2 of 1 rows are null."
    ),
    Case(
      "fewer than no nulls",
      ArrayData(
        type: int32,
        rowCount: 1,
        nullCount: -1,
        buffers: [none, .integers(Int32.self, 1)]
      ),
      says: "-1 of 1 rows are null."
    ),
    Case(
      "a decimal with too many digits",
      ArrayData(
        type: .decimal(precision: 4, scale: 2, bitWidth: 128),
        rowCount: 2,
        buffers: [none, .integers(Int128.self, 9999, -10_000)]
      ),
      says: "The decimal in row 1 has more digits than its type."
    ),
    Case(
      "a wide decimal with too many digits",
      ArrayData(
        type: .decimal(precision: 39, scale: 0, bitWidth: 256),
        rowCount: 1,
        buffers: [none, .integers(UInt128.self, 0, 3)]
      ),
      says: "The decimal in row 0"
    ),
    Case(
      "the least number of 256 bits",
      ArrayData(
        type: .decimal(precision: 76, scale: 0, bitWidth: 256),
        rowCount: 1,
        buffers: [none, .integers(UInt128.self, 0, 1 << 127)]
      ),
      says: "The decimal in row 0"
    ),
    Case(
      "a negative time",
      ArrayData(type: .time(.second), rowCount: 1, buffers: [none, .integers(Int32.self, -1)]),
      says: "The time in row 0 is not within a day."
    ),
    Case(
      "a time after the day",
      ArrayData(
        type: .time(.nanosecond),
        rowCount: 1,
        buffers: [none, .integers(Int64.self, 86_400_000_000_001)]
      ),
      says: "The time in row 0 is not within a day."
    ),
  ]

  static let text: [Case] = [
    Case(
      "text that isn't UTF-8",
      ArrayData(
        type: .utf8,
        rowCount: 2,
        buffers: [none, .integers(Int32.self, 0, 1, 3), ByteBuffer(bytes: [0x61, 0xC3, 0x28])]
      ),
      says: "The text in row 1 is not valid UTF-8."
    ),
    Case(
      "text cut inside of a character",
      ArrayData(
        type: .largeUTF8,
        rowCount: 2,
        buffers: [none, .integers(Int64.self, 0, 1, 2), ByteBuffer(string: "ü")]
      ),
      says: "The text in row 0 is not valid UTF-8."
    ),
    Case(
      "text that begins inside of a character",
      ArrayData(
        type: .utf8,
        rowCount: 1,
        buffers: [none, .integers(Int32.self, 1, 2), ByteBuffer(string: "ü")]
      ),
      says: "The text in row 0 is not valid UTF-8."
    ),
    Case(
      "offsets beyond the data",
      ArrayData(
        type: .binary,
        rowCount: 1,
        buffers: [none, .integers(Int32.self, 0, 5), ByteBuffer(string: "four")]
      ),
      says: "The offsets end at 5, beyond the 4 that there are."
    ),
    Case(
      "large offsets beyond the data",
      ArrayData(
        type: .largeBinary,
        rowCount: 1,
        buffers: [none, .integers(Int64.self, 0, .max), none]
      ),
      says: "The offsets end at 9223372036854775807"
    ),
    Case(
      "offsets that decrease",
      ArrayData(
        type: .binary,
        rowCount: 3,
        buffers: [none, .integers(Int32.self, 0, 3, 2, 4), ByteBuffer(string: "four")]
      ),
      says: "The offsets decrease or are negative."
    ),
    Case(
      "negative offsets",
      ArrayData(
        type: .binary,
        rowCount: 1,
        buffers: [none, .integers(Int32.self, -1, 2), ByteBuffer(string: "four")]
      ),
      says: "The offsets decrease or are negative."
    ),
    Case(
      "too few offsets",
      ArrayData(type: .utf8, rowCount: 1, buffers: [none, .integers(Int32.self, 0), none]),
      says: "The offsets buffer has 4 bytes instead of 8."
    ),
    Case(
      "no offsets",
      ArrayData(type: .largeUTF8, rowCount: 1, buffers: [none, none, none]),
      says: "The offsets buffer has 0 bytes instead of 16."
    ),
  ]
}
