import ArrowIPC
import NIOCore
import Testing

/// Damaged messages are refused or, where the damage makes no difference, accepted.
///
/// They must not trap, and what is accepted must be safe to read.
struct `Hostile input` {
  @Test(arguments: 0..<6)
  func `every truncation of the metadata is refused or read safely`(seed: Int) {
    let stream = Self.stream(seed: seed)
    for (index, message) in stream.enumerated() {
      for length in 0..<message.header.readableBytes {
        var damaged = stream
        damaged[index].header = message.header.getSlice(at: 0, length: length) ?? ByteBuffer()
        Self.decode(damaged)
      }
    }
  }

  @Test(arguments: 0..<6)
  func `every truncation of the body is refused`(seed: Int) throws {
    let stream = Self.stream(seed: seed)
    for (index, message) in stream.enumerated() {
      for length in 0..<message.body.readableBytes {
        var damaged = stream
        damaged[index].body = message.body.getSlice(at: 0, length: length) ?? ByteBuffer()
        #expect(throws: ArrowIPCError.self) { try StreamDecoder.decode(damaged) }
      }
    }
  }

  @Test(arguments: 0..<40)
  func `flipped bits are refused or read safely`(seed: Int) {
    let stream = Self.stream(seed: seed)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1000 {
      var damaged = stream
      let index = Int.random(in: stream.indices, using: &random)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        if random.chance(0.6) || stream[index].body.readableBytes == 0 {
          Self.flip(&damaged[index].header, &random)
        } else {
          Self.flip(&damaged[index].body, &random)
        }
      }
      Self.decode(damaged)
    }
  }

  @Test(arguments: 0..<10)
  func `extreme integers in the metadata are refused or read safely`(seed: Int) {
    let stream = Self.stream(seed: seed)
    let extremes: [Int64] = [.min, .max, -1, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 60, 0]
    for (index, message) in stream.enumerated() {
      for position in stride(from: 0, to: message.header.readableBytes - 7, by: 4) {
        for extreme in extremes {
          var damaged = stream
          damaged[index].header.setInteger(extreme, at: position, endianness: .little)
          Self.decode(damaged)
          damaged[index].header = message.header
          damaged[index].header.setInteger(
            Int32(truncatingIfNeeded: extreme),
            at: position,
            endianness: .little
          )
          Self.decode(damaged)
        }
      }
    }
  }

  @Test func `random bytes are refused`() {
    var random = SeededGenerator(seed: 1)
    for length in 0..<2000 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      Self.decode([WireMessage(header: ByteBuffer(bytes: bytes))])
    }
  }

  private static func stream(seed: Int) -> [WireMessage] {
    var fields = FieldGenerator(seed: seed)
    let schema = fields.schema(columnCount: 3, depth: 4)
    var arrays = ArrayGenerator(seed: seed)
    return WireMessage.stream(schema, arrays.batch(schema, rowCount: 1 + seed % 12))
  }

  private static func flip(_ bytes: inout ByteBuffer, _ random: inout SeededGenerator) {
    let index = Int.random(in: 0..<bytes.readableBytes, using: &random)
    let byte: UInt8 = bytes.getInteger(at: index) ?? 0
    bytes.setInteger(byte ^ (1 << UInt8.random(in: 0..<8, using: &random)), at: index)
  }

  private static func decode(_ stream: [WireMessage]) {
    var limits = DecoderLimits()
    // Columns of nulls take no bytes: reading millions of them would prove nothing.
    limits.rowCount = 4096
    guard let (decodedSchema, batches) = try? StreamDecoder.decode(stream, limits: limits),
      let schema = decodedSchema
    else { return }
    for batch in batches {
      TrustingReader.visit(batch)
      let again = try? StreamDecoder.decode(WireMessage.stream(schema, batch))
      #expect(again?.0 == schema)
      #expect(again?.1 == [batch])
    }
  }
}
