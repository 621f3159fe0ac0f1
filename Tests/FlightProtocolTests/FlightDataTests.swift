import FlightProtocol
import Foundation
import NIOCore
import Testing

@Suite struct FlightDataTests {
  private static func bytes(_ data: FlightData) throws -> ByteBuffer {
    var bytes = try data.encodedHead()
    for part in data.body { bytes.writeImmutableBuffer(part) }
    return bytes
  }

  static let full: FlightData = {
    var descriptor = FlightDescriptor()
    descriptor.type = .cmd
    descriptor.cmd = Data("command".utf8)
    return FlightData(
      descriptor: descriptor,
      header: ByteBuffer(string: "header"),
      appMetadata: ByteBuffer(string: "metadata"),
      body: [ByteBuffer(string: "first "), ByteBuffer(), ByteBuffer(string: "second")]
    )
  }()

  @Test func `what is encoded is decoded`() throws {
    let decoded = try FlightData(decoding: Self.bytes(Self.full))
    #expect(decoded.descriptor == Self.full.descriptor)
    #expect(decoded.header == ByteBuffer(string: "header"))
    #expect(decoded.appMetadata == ByteBuffer(string: "metadata"))
    #expect(decoded.body == [ByteBuffer(string: "first second")])
  }

  @Test func `an empty message has no bytes`() throws {
    #expect(try Self.bytes(FlightData()).readableBytes == 0)
    let decoded = try FlightData(decoding: ByteBuffer())
    #expect(decoded.descriptor == nil && decoded.body.isEmpty)
  }

  @Test func `unknown fields are passed over`() throws {
    // Field 7 as varint, 8 as fixed64, 9 as bytes, 10 as fixed32; then the real message.
    var bytes = ByteBuffer(bytes: [0x38, 0x96, 0x01, 0x41, 1, 2, 3, 4, 5, 6, 7, 8])
    bytes.writeBytes([0x4a, 2, 1, 2, 0x55, 1, 2, 3, 4])
    bytes.writeImmutableBuffer(try Self.bytes(Self.full))
    #expect(try FlightData(decoding: bytes).header == ByteBuffer(string: "header"))
  }

  @Test func `a message cut short anywhere is refused or shorter, never more`() throws {
    let bytes = try Self.bytes(Self.full)
    for length in 0..<bytes.readableBytes {
      let cut = try #require(bytes.getSlice(at: bytes.readerIndex, length: length))
      let decoded = try? FlightData(decoding: cut)
      #expect(decoded?.body.isEmpty ?? true)
    }
  }

  @Test(
    arguments: [
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      [0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      [0x00], [0x10, 0x01], [0x0b], [0x12, 0x05, 0x01], [0x0a, 0x01, 0xff],
    ] as [[UInt8]]
  )
  func `malformed bytes are refused`(bytes: [UInt8]) {
    #expect(throws: ProtobufError.self) { try FlightData(decoding: ByteBuffer(bytes: bytes)) }
  }
}
