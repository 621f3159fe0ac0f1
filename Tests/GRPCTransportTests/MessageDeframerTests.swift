import GRPCCore
import GRPCTransport
import NIOCore
import Testing

@Suite struct MessageDeframerTests {
  private func framed(_ messages: [ByteBuffer], isCompressed: Bool = false) -> ByteBuffer {
    var whole = ByteBuffer()
    for message in messages {
      MessageFramer.frame(Rope(head: message), isCompressed: isCompressed) {
        whole.writeImmutableBuffer($0)
      }
    }
    return whole
  }

  @Test(arguments: 0..<200)
  func `the same messages come out, however their bytes were split`(seed: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let isCompressed = Bool.random(using: &generator)
    let messages = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
      ByteBuffer(bytes: generator.bytes(count: Int.random(in: 0...300, using: &generator)))
    }
    let sent = isCompressed ? try messages.map(Gzip.deflate) : messages
    var deframer = MessageDeframer(
      encoding: isCompressed ? .gzip : .identity,
      messageByteLimit: 1_000
    )
    var received: [ByteBuffer] = []
    for piece in generator.split(framed(sent, isCompressed: isCompressed)) {
      deframer.append(piece)
      while let message = try deframer.next() { received.append(message) }
    }
    #expect(received == messages)
    #expect(deframer.bufferedByteCount == 0)
  }

  @Test func `a length above the limit is refused before the message arrives`() {
    var deframer = MessageDeframer(encoding: .identity, messageByteLimit: 10)
    deframer.append(ByteBuffer(bytes: [0, 0, 0, 0, 11]))
    let error = #expect(throws: RPCError.self) { try deframer.next() }
    #expect(error?.code == .resourceExhausted)
    #expect(error?.message.contains("10 bytes") == true)
  }

  @Test(arguments: [[2, 0, 0, 0, 0], [1, 0, 0, 0, 0]] as [[UInt8]])
  func `flags that the encoding doesn't allow are refused`(bytes: [UInt8]) {
    var deframer = MessageDeframer(encoding: .identity, messageByteLimit: 10)
    deframer.append(ByteBuffer(bytes: bytes))
    let error = #expect(throws: RPCError.self) { try deframer.next() }
    #expect(error?.code == .internalError)
  }

  @Test func `a promised length costs no memory until the bytes arrive`() throws {
    var deframer = MessageDeframer(encoding: .identity, messageByteLimit: 1 << 30)
    for byte in [0, 0x3f, 0xff, 0xff, 0xff, 1, 2, 3] as [UInt8] {
      deframer.append(ByteBuffer(bytes: [byte]))
      #expect(try deframer.next() == nil)
    }
    #expect(deframer.capacity < 1_000)
  }

  @Test func `messages that never end where a payload ends cost bounded memory`() throws {
    var deframer = MessageDeframer(encoding: .identity, messageByteLimit: 10_000)
    let message = ByteBuffer(repeating: 7, count: 995)
    var shifted = framed(Array(repeating: message, count: 10))
    let start = shifted.readSlice(length: 3) ?? ByteBuffer()
    shifted.writeImmutableBuffer(start)
    var receivedCount = 0
    deframer.append(start)
    for _ in 0..<500 {
      deframer.append(shifted)
      while let received = try deframer.next() {
        receivedCount += received == message ? 1 : 0
      }
    }
    #expect(receivedCount == 5_000)
    #expect(deframer.capacity < 100_000)
  }
}
