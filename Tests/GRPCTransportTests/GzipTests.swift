import GRPCCore
import GRPCTransport
import NIOCore
import Testing

@Suite struct GzipTests {
  @Test(arguments: [0, 1, 1_023, 1_024, 1_025, 70_000])
  func `any bytes come back`(byteCount: Int) throws {
    var generator = SeededGenerator(seed: byteCount)
    let plain = ByteBuffer(bytes: generator.bytes(count: byteCount))
    #expect(try Gzip.inflate(Gzip.deflate(plain), byteLimit: byteCount) == plain)
  }

  @Test func `a message that inflates past the limit is refused without being inflated`() throws {
    let bomb = try Gzip.deflate(ByteBuffer(repeating: 0, count: 1 << 20))
    let error = #expect(throws: RPCError.self) { try Gzip.inflate(bomb, byteLimit: (1 << 20) - 1) }
    #expect(error?.code == .resourceExhausted)
    #expect(try Gzip.inflate(bomb, byteLimit: 1 << 20).readableBytes == 1 << 20)
  }

  @Test func `cut, damaged, prolonged and foreign bytes are refused`() throws {
    let whole = try Gzip.deflate(ByteBuffer(string: "some bytes to be compressed"))
    var damaged = whole
    damaged.setInteger(UInt8(0xff), at: damaged.writerIndex - 6)
    var prolonged = whole
    prolonged.writeInteger(UInt8(0))
    let cut = whole.getSlice(at: 0, length: whole.readableBytes - 1) ?? ByteBuffer()
    for bytes in [damaged, prolonged, cut, ByteBuffer(), ByteBuffer(string: "not gzip at all")] {
      let error = #expect(throws: RPCError.self) { try Gzip.inflate(bytes, byteLimit: 1_000) }
      #expect(error?.code == .internalError)
    }
  }
}
