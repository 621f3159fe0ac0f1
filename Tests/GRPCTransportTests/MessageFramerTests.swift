import GRPCTransport
import NIOCore
import Testing

@Suite struct MessageFramerTests {
  private func frames(_ message: Rope) -> [ByteBuffer] {
    var frames: [ByteBuffer] = []
    MessageFramer.frame(message, isCompressed: false) { frames.append($0) }
    return frames
  }

  @Test(arguments: 0..<100)
  func `the frames of any rope are its prefix and its bytes`(seed: Int) {
    var generator = SeededGenerator(seed: seed)
    let sizes = [
      0, 1, 100, MessageFramer.coalescingByteLimit - 1, MessageFramer.coalescingByteLimit,
    ]
    let parts = (0...Int.random(in: 0...40, using: &generator)).map { _ in
      ByteBuffer(
        repeating: .random(in: 0...255, using: &generator),
        count: sizes.randomElement(using: &generator) ?? 0
      )
    }
    let message = Rope(head: parts[0], tail: Array(parts.dropFirst()))
    var expected = ByteBuffer()
    expected.writeInteger(UInt8(0))
    expected.writeInteger(UInt32(message.count))
    expected.writeImmutableBuffer(message.contiguous)
    let frames = frames(message)
    #expect(frames.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) } == expected)
    #expect(frames.allSatisfy { $0.readableBytes > 0 })
  }

  @Test func `small parts leave in one frame and large ones without a copy`() {
    let small = ByteBuffer(repeating: 1, count: 100)
    let large = ByteBuffer(repeating: 2, count: MessageFramer.coalescingByteLimit)
    let frames = frames(Rope(head: small, tail: [small, small, large, small]))
    #expect(frames.map(\.readableBytes) == [305, large.readableBytes, 100])
    #expect(
      frames[1].withUnsafeReadableBytes(\.baseAddress)
        == large.withUnsafeReadableBytes(\.baseAddress)
    )
  }

  @Test func `many small parts leave in frames of bounded size`() {
    let part = ByteBuffer(repeating: 1, count: MessageFramer.coalescingByteLimit - 1)
    let frames = frames(Rope(head: part, tail: Array(repeating: part, count: 99)))
    let largest = MessageFramer.gatheredByteLimit + MessageFramer.coalescingByteLimit
    #expect(frames.count > 1)
    #expect(frames.allSatisfy { $0.readableBytes <= largest })
  }
}
