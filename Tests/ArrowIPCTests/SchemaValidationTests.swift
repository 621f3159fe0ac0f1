import ArrowIPC
import NIOCore
import Testing

struct `Invalid schemas` {
  static let item = Field("item", .int(bitWidth: 32, isSigned: true))

  static let invalid: [(DataType, String)] = [
    (.int(bitWidth: 24, isSigned: true), "There are no integers of 24 bits."),
    (.int(bitWidth: -8, isSigned: false), "There are no integers of -8 bits."),
    (.decimal(precision: 5, scale: 0, bitWidth: 96), "There are no decimals of 96 bits."),
    (.decimal(precision: 0, scale: 0, bitWidth: 128), "can't have a precision of 0."),
    (.decimal(precision: 10, scale: 0, bitWidth: 32), "can't have a precision of 10."),
    (.decimal(precision: 19, scale: 0, bitWidth: 64), "can't have a precision of 19."),
    (.decimal(precision: 39, scale: 0, bitWidth: 128), "can't have a precision of 39."),
    (.decimal(precision: 77, scale: 0, bitWidth: 256), "can't have a precision of 77."),
    (.fixedSizeBinary(byteWidth: -1), "The size of a fixed-size type is -1."),
    (.fixedSizeList(item, size: -1), "The size of a fixed-size type is -1."),
    (.map(entries: item, keysSorted: false), "The entries of a map are not a struct"),
    (
      .map(entries: Field("entries", .struct([item])), keysSorted: false),
      "The entries of a map are not a struct of two fields."
    ),
    (
      .union(.dense, typeIDs: [1, 1], fields: [item, item]),
      "The type ids of a union are not distinct numbers from 0 to 127."
    ),
    (.union(.sparse, typeIDs: [128], fields: [item]), "not distinct numbers from 0 to 127."),
    (.union(.sparse, typeIDs: [-1], fields: [item]), "not distinct numbers from 0 to 127."),
    (
      .union(.sparse, typeIDs: [0], fields: [item, item]), "A union has 2 children and 1 type ids."
    ),
    (
      .union(.sparse, typeIDs: [], fields: [Field](repeating: item, count: 129)),
      "A union has 129 children, 128 at most."
    ),
    (
      .runEndEncoded(runEnds: Field("run_ends", .int(bitWidth: 32, isSigned: false)), values: item),
      "Run ends are not signed integers"
    ),
    (
      .runEndEncoded(runEnds: Field("run_ends", .int(bitWidth: 8, isSigned: true)), values: item),
      "Run ends are not signed integers"
    ),
  ]

  @Test(arguments: invalid)
  func `are refused with a reason`(_ type: DataType, _ message: String) throws {
    let error = try #require(DecodedColumn.schemaError(.struct([Field("member", type)])))
    #expect(error.code == .invalidSchema)
    #expect(error.message.hasPrefix("Column \"column\": child \"member\": "), "\(error.message)")
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test func `dictionaries that share an id must share a type`() throws {
    let encoding = DictionaryEncoding(id: 7, indexType: Self.item.type)
    let type = DataType.struct([
      Field("a", .utf8, dictionary: encoding), Field("b", .binary, dictionary: encoding),
    ])
    let error = try #require(DecodedColumn.schemaError(type))
    #expect(error.code == .invalidSchema)
    #expect(error.message.contains("Fields share dictionary 7"))
  }

  @Test func `a dictionary can't contain itself`() throws {
    let encoding = DictionaryEncoding(id: 0, indexType: Self.item.type)
    let list = DataType.list(Field("item", .utf8, dictionary: encoding))
    let error = try #require(DecodedColumn.schemaError(list, dictionary: encoding))
    #expect(error.code == .invalidSchema)
  }

  @Test func `nesting has a limit`() throws {
    var limits = DecoderLimits()
    limits.nestingDepth = 3
    var type = DataType.list(Field("item", .list(Self.item)))
    #expect(DecodedColumn.schemaError(type, limits: limits) == nil)
    type = .list(Field("item", type))
    let error = try #require(DecodedColumn.schemaError(type, limits: limits))
    #expect(error.code == .limitExceeded)
  }

  @Test func `extreme nesting is refused before it is followed`() throws {
    var type = DataType.null
    for _ in 0..<5000 {
      type = .struct([Field("", type)])
    }
    let error = try #require(DecodedColumn.schemaError(type))
    #expect(error.code == .limitExceeded)
    // Released level by level: the recursion of their deinitialisers would be as deep.
    while let child = type.children.first {
      type = child.type
    }
  }

  @Test func `the number of fields has a limit, nested ones included`() throws {
    var limits = DecoderLimits()
    limits.fieldCount = 4
    #expect(
      DecodedColumn.schemaError(.struct([Self.item, Self.item, Self.item]), limits: limits) == nil
    )
    let type = DataType.struct([Self.item, Field("list", .list(Self.item)), Self.item])
    let error = try #require(DecodedColumn.schemaError(type, limits: limits))
    #expect(error.code == .limitExceeded)
  }
}
