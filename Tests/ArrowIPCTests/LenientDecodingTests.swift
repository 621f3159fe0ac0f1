import ArrowIPC
import Foundation
import NIOCore
import Testing

/// What the format allows, or other implementations write, though it looks wrong.
struct `Decoder accepts` {
  private let none = ByteBuffer()

  @Test func `anything in rows that are null`() {
    let validity = ByteBuffer(bytes: [0])
    let arrays = [
      ArrayData(
        type: .time(.second),
        rowCount: 1,
        nullCount: 1,
        buffers: [validity, .integers(Int32.self, -5)]
      ),
      ArrayData(
        type: .decimal(precision: 1, scale: 0, bitWidth: 32),
        rowCount: 1,
        nullCount: 1,
        buffers: [validity, .integers(Int32.self, 99)]
      ),
      ArrayData(
        type: .utf8,
        rowCount: 1,
        nullCount: 1,
        buffers: [validity, .integers(Int32.self, 0, 1), ByteBuffer(bytes: [0xFF])]
      ),
      ArrayData(
        type: .utf8View,
        rowCount: 1,
        nullCount: 1,
        buffers: [validity, .integers(Int32.self, 99, 1, 2, 3)]
      ),
    ]
    for array in arrays {
      #expect(DecodedColumn.error(array) == nil, "\(array.type)")
    }
  }

  @Test func `the extremes of decimals and times`() {
    let arrays = [
      ArrayData(
        type: .decimal(precision: 38, scale: 0, bitWidth: 128),
        rowCount: 2,
        buffers: [
          self.none,
          .integers(
            Int128.self,
            99_999_999_999_999_999_999_999_999_999_999_999_999,
            -99_999_999_999_999_999_999_999_999_999_999_999_999
          ),
        ]
      ),
      ArrayData(
        type: .decimal(precision: 76, scale: 0, bitWidth: 256),
        rowCount: 1,
        buffers: [self.none, .integers(Int128.self, -1, -1)]
      ),
      ArrayData(
        type: .time(.microsecond),
        rowCount: 2,
        buffers: [self.none, .integers(Int64.self, 0, 86_400_000_000)]
      ),
    ]
    for array in arrays {
      #expect(DecodedColumn.error(array) == nil, "\(array.type)")
    }
  }

  @Test func `no offsets where there are no rows`() {
    for type in [DataType.utf8, .largeBinary] {
      let array = ArrayData(type: type, rowCount: 0, buffers: [self.none, self.none, self.none])
      #expect(DecodedColumn.error(array) == nil)
    }
  }

  @Test func `offsets that begin after zero`() throws {
    let array = ArrayData(
      type: .utf8,
      rowCount: 1,
      buffers: [self.none, .integers(Int32.self, 1, 3), ByteBuffer(bytes: [0xFF, 0x61, 0x62])]
    )
    #expect(try DecodedColumn.decode(array) == array)
  }

  @Test func `union offsets in any order`() {
    let member = Field("member", .int(bitWidth: 8, isSigned: true))
    let child = ArrayData(
      type: member.type,
      rowCount: 2,
      buffers: [self.none, .integers(Int8.self, 1, 2)]
    )
    let array = ArrayData(
      type: .union(.dense, typeIDs: [0], fields: [member]),
      rowCount: 2,
      buffers: [.integers(Int8.self, 0, 0), .integers(Int32.self, 1, 0)],
      children: [child]
    )
    #expect(DecodedColumn.error(array) == nil)
  }

  /// As ADBC's driver, in Go, sends the schema of two dictionaries whose fields have metadata.
  @Test func `tables that share a vtable with smaller ones`() throws {
    let text = """
      FAAAAAAAAAAAAAoADAAKAAkABAAKAAAACAAAAAABBAAE////BAAAAAIAAACUAAAABAAAAIb///8YAAAA
      ZAAAAEgAAABgAAAAAAAYAVwAAAABAAAABAAAAHT///8IAAAAEAAAAAYAAAAxO3kxO3gAABAAAABfUExf
      RU5VTV9WQUxVRVMyAAAAAKT///8MAAAAAQAAAAAAAABq////CAAAAAAAAABk////AQAAAGUAEgAcABgA
      FwAWABAADAAIAAQAEgAAABgAAAB0AAAAWAAAAHQAAAAAABgBcAAAAAEAAAAMAAAACAAMAAgABAAIAAAA
      CAAAABAAAAAGAAAAMTt4MTt5AAAQAAAAX1BMX0VOVU1fVkFMVUVTMgAAAAAIAAoAAAAEAAgAAAAMAAAA
      AAAGAAgABAAGAAAACAAAAAAAAAAEAAQABAAAAAEAAABjAAAA
      """
    let bytes = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
    var decoder = StreamDecoder()
    _ = try decoder.decode(header: ByteBuffer(bytes: bytes), body: ByteBuffer())
    let schema = try #require(decoder.schema)
    #expect(schema.fields.map(\.name) == ["c", "e"])
    #expect(schema.fields.map(\.dictionary?.id) == [0, 1])
    #expect(schema.fields.map(\.metadata.first?.value) == ["1;x1;y", "1;y1;x"])
  }

  @Test func `children longer than their parent`() {
    let member = Field("member", .int(bitWidth: 8, isSigned: true))
    let child = ArrayData(
      type: member.type,
      rowCount: 5,
      buffers: [self.none, ByteBuffer(repeating: 1, count: 5)]
    )
    let array = ArrayData(
      type: .struct([member]),
      rowCount: 2,
      buffers: [self.none],
      children: [child]
    )
    #expect(DecodedColumn.error(array) == nil)
  }

  @Test(arguments: [
    "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
    "x\u{D7FF}y", "\u{E000}",
  ])
  func `text at the edges of UTF-8`(_ value: String) {
    #expect(DecodedColumn.error(Self.text(Array(value.utf8))) == nil)
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF],
      [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBF, 0x41], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF1, 0x80, 0x80], [0xFE], [0xFF],
      [0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xC3],
    ] as [[UInt8]]
  )
  func `no text beyond them`(_ bytes: [UInt8]) {
    #expect(DecodedColumn.error(Self.text(bytes))?.code == .invalidBatch)
  }

  private static func text(_ bytes: [UInt8]) -> ArrayData {
    ArrayData(
      type: .utf8,
      rowCount: 1,
      buffers: [
        ByteBuffer(), .integers(Int32.self, 0, Int32(bytes.count)), ByteBuffer(bytes: bytes),
      ]
    )
  }
}
