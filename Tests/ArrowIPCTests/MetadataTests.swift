import ArrowIPC
import NIOCore
import Testing

/// Metadata that our encoder doesn't write, laid out by hand.
struct `Metadata` {
  /// A table without references: its fields as they lie in memory, 4 bytes each, 0 where absent.
  private struct Table {
    var fields: [UInt32]

    var bytes: ByteBuffer {
      var bytes = ByteBuffer()
      let vtableByteCount = 4 + 2 * self.fields.count
      let padding = -vtableByteCount & 3
      bytes.writeRepeatingByte(0, count: padding)
      bytes.writeInteger(UInt16(vtableByteCount), endianness: .little)
      bytes.writeInteger(UInt16(4 + 4 * self.fields.count), endianness: .little)
      for (index, value) in self.fields.enumerated() {
        bytes.writeInteger(value == 0 ? 0 : UInt16(4 + 4 * index), endianness: .little)
      }
      bytes.writeInteger(Int32(vtableByteCount), endianness: .little)
      for value in self.fields {
        bytes.writeInteger(value, endianness: .little)
      }
      return bytes
    }

    /// Where the table begins in `bytes`.
    var position: UInt32 { UInt32((4 + 2 * self.fields.count + 3) & ~3) }
  }

  /// A message whose header is a table, which may refer to an empty one by its last field.
  private static func message(version: UInt32 = 4, code: UInt32, _ header: Table) -> ByteBuffer {
    let messageByteCount: UInt32 = 4 + 3 * 4
    var message = Table(fields: [version, code, 1])
    // From the reference, the last field, over the rest of the message to the header's table.
    message.fields[2] = 4 + header.position
    var bytes = ByteBuffer()
    bytes.writeInteger(4 + message.position, endianness: .little)
    bytes.writeImmutableBuffer(message.bytes)
    precondition(bytes.readableBytes == 4 + message.position + messageByteCount)
    bytes.writeImmutableBuffer(header.bytes)
    bytes.writeImmutableBuffer(Table(fields: []).bytes)
    return bytes
  }

  /// A reference that is the last field of the header.
  private static let toEmptyTable: UInt32 = 4 + Table(fields: []).position

  private static func error(_ header: ByteBuffer) -> ArrowIPCError? {
    var decoder = StreamDecoder()
    do {
      _ = try decoder.decode(header: header, body: ByteBuffer())
      return nil
    } catch {
      return error
    }
  }

  @Test func `laid out by hand is understood`() {
    #expect(Self.error(Self.message(code: 1, Table(fields: []))) == nil)
    #expect(Self.error(Self.message(version: 3, code: 1, Table(fields: []))) == nil)
  }

  @Test func `of big-endian data is refused`() {
    let error = Self.error(Self.message(code: 1, Table(fields: [1])))
    #expect(error == ArrowIPCError(.unsupported, "Only little-endian Arrow data is supported."))
  }

  @Test func `of compressed batches is refused`() {
    let error = Self.error(Self.message(code: 3, Table(fields: [0, 0, 0, Self.toEmptyTable])))
    #expect(
      error
        == ArrowIPCError(
          .unsupported,
          "Compressed record batches are not supported; send them uncompressed."
        )
    )
  }

  @Test(arguments: [(1, "V2"), (2, "V3"), (5, "V6")] as [(UInt32, String)])
  func `of another version is refused`(_ code: UInt32, _ name: String) {
    let error = Self.error(Self.message(version: code, code: 1, Table(fields: [])))
    #expect(error?.code == .unsupported)
    #expect(error?.message == "Metadata version \(name) is not supported, V4 and V5 are.")
  }

  @Test(
    arguments: [(4, .unsupported), (5, .unsupported), (6, .malformedMetadata)]
      as [(UInt32, ArrowIPCError.Code)]
  )
  func `of another kind is refused`(_ code: UInt32, _ expected: ArrowIPCError.Code) {
    #expect(Self.error(Self.message(code: code, Table(fields: [])))?.code == expected)
  }

  @Test func `without a header is refused`() {
    #expect(Self.error(ByteBuffer())?.code == .malformedMetadata)
    #expect(Self.error(ByteBuffer(bytes: [0, 0, 0]))?.code == .malformedMetadata)
    #expect(Self.error(ByteBuffer(repeating: 0, count: 64))?.code == .malformedMetadata)
    #expect(Self.error(ByteBuffer(repeating: 0xFF, count: 64))?.code == .malformedMetadata)
  }

  @Test func `has a limit on its size`() {
    var limits = DecoderLimits()
    limits.headerByteCount = 100
    let type = DataType.struct(Array(repeating: Field("member", .null), count: 10))
    #expect(DecodedColumn.schemaError(type, limits: limits)?.code == .limitExceeded)
  }

  @Test func `that says the same thing again and again is refused`() {
    // Fields that all refer to one table, whose children are again one table, and so on.
    var bytes = ByteBuffer()
    let levels = 20
    let width = 64
    bytes.writeInteger(UInt32(28), endianness: .little)
    // The message's vtable and table.
    for value: UInt16 in [12, 16, 4, 6, 8, 0] {
      bytes.writeInteger(value, endianness: .little)
    }
    bytes.writeRepeatingByte(0, count: 12)
    bytes.writeInteger(Int32(24), endianness: .little)
    bytes.writeInteger(Int16(4), endianness: .little)
    bytes.writeInteger(Int16(1), endianness: .little)
    bytes.writeInteger(UInt32(16), endianness: .little)
    bytes.writeInteger(UInt32(0))
    // The schema's vtable and table; its fields follow.
    for value: UInt16 in [8, 8, 0, 4] {
      bytes.writeInteger(value, endianness: .little)
    }
    bytes.writeInteger(Int32(8), endianness: .little)
    bytes.writeInteger(UInt32(4), endianness: .little)
    for _ in 0..<levels {
      // A vector of references to the one field after it, which refers to the next vector.
      bytes.writeInteger(UInt32(width), endianness: .little)
      for index in 0..<width {
        bytes.writeInteger(UInt32((width - index) * 4 + 16), endianness: .little)
      }
      for value: UInt16 in [16, 16, 0, 0, 4, 12, 0, 8] {
        bytes.writeInteger(value, endianness: .little)
      }
      for value: UInt32 in [16, 13, 16, 8] {
        bytes.writeInteger(value, endianness: .little)
      }
      // The parameters of the type, a struct.
      for value: UInt16 in [4, 4, 4, 0] {
        bytes.writeInteger(value, endianness: .little)
      }
    }
    bytes.writeInteger(UInt32(0))
    let error = Self.error(bytes)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.hasSuffix("The metadata shares too many of its parts.") == true)
  }
}
