import ArrowIPC
import NIOCore

extension `Invalid arrays` {
  private static func view(_ type: DataType, _ words: Int32..., data: [String] = []) -> ArrayData {
    var view = ByteBuffer()
    for word in words {
      view.writeInteger(word, endianness: .little)
    }
    return ArrayData(
      type: type,
      rowCount: 1,
      buffers: [none, view] + data.map { ByteBuffer(string: $0) }
    )
  }

  private static let fourX = Int32(0x7878_7878)

  static let views: [Case] = [
    Case(
      "a view of a missing buffer",
      view(.binaryView, 13, fourX, 1, 0, data: ["xxxxxxxxxxxxx"]),
      says: "The view in row 0 points outside of its buffers."
    ),
    Case(
      "a view of buffer -1",
      view(.binaryView, 13, fourX, -1, 0, data: ["xxxxxxxxxxxxx"]),
      says: "The view in row 0 points outside of its buffers."
    ),
    Case(
      "a view beyond its buffer",
      view(.utf8View, 14, fourX, 0, 0, data: ["xxxxxxxxxxxxx"]),
      says: "The view in row 0 points outside of its buffers."
    ),
    Case(
      "a view before its buffer",
      view(.utf8View, 13, fourX, 0, -1, data: ["xxxxxxxxxxxxx"]),
      says: "The view in row 0 points outside of its buffers."
    ),
    Case(
      "a view that wraps around",
      view(.utf8View, .max, fourX, 0, .max, data: ["xxxxxxxxxxxxx"]),
      says: "The view in row 0 points outside of its buffers."
    ),
    Case("a view of negative size", view(.binaryView, -1, 0, 0, 0), says: "has -1 bytes"),
    Case(
      "a view with another's prefix",
      view(.utf8View, 13, 0x6161_6161, 0, 0, data: ["xxxxxxxxxxxxx"]),
      says: "The prefix of the view in row 0 is wrong."
    ),
    Case(
      "a view with something after its text",
      view(.utf8View, 1, 0x6161, 0, 0),
      says: "The view in row 0 is not padded with zeros."
    ),
    Case(
      "a view of bytes that aren't text",
      view(.utf8View, 1, 0xFF, 0, 0),
      says: "The text in row 0 is not valid UTF-8."
    ),
    Case(
      "a view of a part of a character",
      view(.utf8View, 13, fourX, 0, 0, data: ["xxxxxxxxxxxxü"]),
      says: "The text in row 0 is not valid UTF-8."
    ),
    Case(
      "too few views",
      ArrayData(type: .utf8View, rowCount: 1, buffers: [none, none]),
      says: "The views buffer has 0 bytes instead of 16."
    ),
  ]

  private static let item = Field("item", int32)

  static let lists: [Case] = [
    Case(
      "a list beyond its child",
      ArrayData(
        type: .list(item),
        rowCount: 1,
        buffers: [none, .integers(Int32.self, 0, 3)],
        children: [numbers(2)]
      ),
      says: "The offsets end at 3, beyond the 2 that there are."
    ),
    Case(
      "a large list beyond its child",
      ArrayData(
        type: .largeList(item),
        rowCount: 1,
        buffers: [none, .integers(Int64.self, 0, 3)],
        children: [numbers(2)]
      ),
      says: "The offsets end at 3, beyond the 2 that there are."
    ),
    Case(
      "a list view beyond its child",
      ArrayData(
        type: .listView(item),
        rowCount: 1,
        buffers: [none, .integers(Int32.self, 1), .integers(Int32.self, 2)],
        children: [numbers(2)]
      ),
      says: "The list in row 0, 2 rows at 1, is not within its child's 2."
    ),
    Case(
      "a list view that wraps around",
      ArrayData(
        type: .largeListView(item),
        rowCount: 1,
        buffers: [none, .integers(Int64.self, .max), .integers(Int64.self, .max)],
        children: [numbers(2)]
      ),
      says: "is not within its child's 2."
    ),
    Case(
      "a list view of negative size",
      ArrayData(
        type: .listView(item),
        rowCount: 1,
        buffers: [none, .integers(Int32.self, 1), .integers(Int32.self, -1)],
        children: [numbers(2)]
      ),
      says: "is not within its child's 2."
    ),
    Case(
      "a list view without sizes",
      ArrayData(
        type: .listView(item),
        rowCount: 1,
        buffers: [none, .integers(Int32.self, 1), none],
        children: [numbers(2)]
      ),
      says: "The sizes buffer has 0 bytes instead of 4."
    ),
    Case(
      "a fixed-size list with too small a child",
      ArrayData(
        type: .fixedSizeList(item, size: 2),
        rowCount: 2,
        buffers: [none],
        children: [numbers(3)]
      ),
      says: "A child array has 3 rows, too few for the 2 of its parent."
    ),
    Case(
      "a huge fixed-size list",
      ArrayData(
        type: .fixedSizeList(item, size: Int(Int32.max)),
        rowCount: Int(Int32.max),
        buffers: [none],
        children: [numbers(3)]
      ),
      says: "A child array has 3 rows"
    ),
    Case(
      "a struct with a short member",
      ArrayData(type: .struct([item]), rowCount: 2, buffers: [none], children: [numbers(1)]),
      says: "A child array has 1 rows, too few for the 2 of its parent."
    ),
    Case("a map with a null key", map(nullKeys: 1, nullEntries: 0), says: "keys that are null"),
    Case("a map with a null entry", map(nullKeys: 0, nullEntries: 1), says: "entries or keys"),
  ]

  private static func map(nullKeys: Int, nullEntries: Int) -> ArrayData {
    var keys = self.numbers(1)
    keys.nullCount = nullKeys
    keys.buffers[0] = ByteBuffer(bytes: [0])
    let entries = Field("entries", .struct([self.item, self.item]), isNullable: false)
    let entry = ArrayData(
      type: entries.type,
      rowCount: 1,
      nullCount: nullEntries,
      buffers: [ByteBuffer(bytes: [0])],
      children: [keys, self.numbers(1)]
    )
    return ArrayData(
      type: .map(entries: entries, keysSorted: false),
      rowCount: 1,
      buffers: [self.none, .integers(Int32.self, 0, 1)],
      children: [entry]
    )
  }

  private static func union(
    _ mode: DataType.UnionMode,
    rowCount: Int = 1,
    _ buffers: ByteBuffer...,
    childRowCount: Int
  ) -> ArrayData {
    ArrayData(
      type: .union(mode, typeIDs: [5], fields: [self.item]),
      rowCount: rowCount,
      buffers: buffers,
      children: [self.numbers(childRowCount)]
    )
  }

  static let unions: [Case] = [
    Case(
      "an unknown type id",
      union(.sparse, .integers(Int8.self, 4), childRowCount: 1),
      says: "Row 0 has the type id 4, which is unknown."
    ),
    Case(
      "a negative type id",
      union(.sparse, .integers(Int8.self, -1), childRowCount: 1),
      says: "Row 0 has the type id -1, which is unknown."
    ),
    Case(
      "too few type ids",
      union(.sparse, none, childRowCount: 1),
      says: "The type ids buffer has 0 bytes instead of 1."
    ),
    Case(
      "a sparse union with too small a child",
      union(.sparse, rowCount: 2, .integers(Int8.self, 5, 5), childRowCount: 1),
      says: "A child array has 1 rows, too few for the 2 of its parent."
    ),
    Case(
      "a union offset beyond the child",
      union(.dense, .integers(Int8.self, 5), .integers(Int32.self, 1), childRowCount: 1),
      says: "Row 0 has the offset 1 in a child of 1 rows."
    ),
    Case(
      "a negative union offset",
      union(.dense, .integers(Int8.self, 5), .integers(Int32.self, -1), childRowCount: 1),
      says: "Row 0 has the offset -1 in a child of 1 rows."
    ),
    Case(
      "too few union offsets",
      union(.dense, .integers(Int8.self, 5), none, childRowCount: 1),
      says: "The offsets buffer has 0 bytes instead of 4."
    ),
  ]

  private static func runs(
    _ ends: ByteBuffer,
    nullCount: Int = 0,
    runCount: Int,
    valueCount: Int
  ) -> ArrayData {
    let field = Field("run_ends", .int(bitWidth: 16, isSigned: true), isNullable: false)
    let runEnds = ArrayData(
      type: field.type,
      rowCount: runCount,
      nullCount: nullCount,
      buffers: [ByteBuffer(bytes: [0xFE]), ends]
    )
    return ArrayData(
      type: .runEndEncoded(runEnds: field, values: self.item),
      rowCount: 4,
      children: [runEnds, self.numbers(valueCount)]
    )
  }

  static let runs: [Case] = [
    Case(
      "run ends that don't increase",
      runs(.integers(Int16.self, 2, 2), runCount: 2, valueCount: 2),
      says: "The run ends do not increase."
    ),
    Case(
      "a run end of zero",
      runs(.integers(Int16.self, 0, 4), runCount: 2, valueCount: 2),
      says: "The run ends do not increase."
    ),
    Case(
      "runs that end too early",
      runs(.integers(Int16.self, 2, 3), runCount: 2, valueCount: 2),
      says: "The runs end at row 3 of an array of 4."
    ),
    Case(
      "no runs",
      runs(none, runCount: 0, valueCount: 0),
      says: "The runs end at row 0 of an array of 4."
    ),
    Case(
      "a run without a value",
      runs(.integers(Int16.self, 2, 4), runCount: 2, valueCount: 1),
      says: "have no end or no value"
    ),
    Case(
      "a null run end",
      runs(.integers(Int16.self, 0, 4), nullCount: 1, runCount: 2, valueCount: 2),
      says: "have no end or no value"
    ),
  ]

  private static func indices(_ bitWidth: Int, isSigned: Bool, _ values: ByteBuffer) -> Case {
    let type = DataType.int(bitWidth: bitWidth, isSigned: isSigned)
    var array = ArrayData(
      type: type,
      rowCount: values.readableBytes * 8 / bitWidth,
      buffers: [self.none, values]
    )
    array.dictionary = DictionaryValues(id: 1, chunks: [self.numbers(2)])
    let field = Field(
      "column",
      self.int32,
      dictionary: DictionaryEncoding(id: 1, indexType: type)
    )
    return Case(
      "\(isSigned ? "signed" : "unsigned") indices of \(bitWidth) bits",
      array,
      as: field,
      says: "in a dictionary of 2 values."
    )
  }

  static let dictionaries: [Case] = [
    indices(8, isSigned: true, .integers(Int8.self, 1, -1)),
    indices(8, isSigned: false, .integers(UInt8.self, 1, 255)),
    indices(16, isSigned: true, .integers(Int16.self, 1, -1)),
    indices(16, isSigned: false, .integers(UInt16.self, 2)),
    indices(32, isSigned: true, .integers(Int32.self, 1, .max)),
    indices(32, isSigned: false, .integers(UInt32.self, .max)),
    indices(64, isSigned: true, .integers(Int64.self, .min)),
    indices(64, isSigned: false, .integers(UInt64.self, .max)),
  ]
}
