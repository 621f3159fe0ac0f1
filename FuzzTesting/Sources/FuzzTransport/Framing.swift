import FuzzDriver
import GRPCCore
import GRPCTransport
import NIOCore

/// Messages in DATA frames.
enum Framing {
  /// What a stream of frames comes to.
  private struct Outcome: Equatable {
    var messages: [ByteBuffer] = []
    var failure: RPCError.Code?
    var restByteCount = 0
  }

  /// How frames are cut doesn't matter, and nothing is kept that hasn't arrived.
  static func splitMessages(_ input: inout FuzzedInput) {
    let encoding: MessageEncoding = input.byte() % 2 == 0 ? .identity : .gzip
    let limit = input.number(below: 1 << 12)
    let cuts = input.bytes(8)
    let data = input.rest()
    let whole = Self.deframe([data], encoding, limit)
    require(whole == Self.deframe(data.map { [$0] }, encoding, limit), "byte by byte")
    var pieces: [[UInt8]] = []
    var rest = data[...]
    for cut in cuts where !rest.isEmpty {
      pieces.append(Array(rest.prefix(Int(cut))))
      rest = rest.dropFirst(Int(cut))
    }
    require(whole == Self.deframe(pieces + [Array(rest)], encoding, limit), "in pieces")
  }

  private static func deframe(
    _ pieces: [[UInt8]],
    _ encoding: MessageEncoding,
    _ limit: Int
  ) -> Outcome {
    var deframer = MessageDeframer(encoding: encoding, messageByteLimit: limit)
    var outcome = Outcome()
    var arrived = 0
    for piece in pieces where outcome.failure == nil {
      arrived += piece.count
      deframer.append(ByteBuffer(bytes: piece))
      // Four times what waits, up to the next power of two.
      require(deframer.capacity <= 8 * max(64, arrived), "a header's promise was believed")
      do throws(RPCError) {
        while let message = try deframer.next() {
          require(message.readableBytes <= limit)
          outcome.messages.append(message)
        }
      } catch {
        outcome.failure = error.code
      }
    }
    if outcome.failure == nil { outcome.restByteCount = deframer.bufferedByteCount }
    require(outcome.restByteCount <= arrived)
    return outcome
  }

  /// Messages in several parts, framed and deframed, stay what they are.
  static func frameMessages(_ input: inout FuzzedInput) {
    var sent: [Rope] = []
    var wire = ByteBuffer()
    while !input.isEmpty, sent.count < 16 {
      var parts: [ByteBuffer] = []
      for _ in 0..<(1 + input.number(below: 6)) {
        // Parts around the size from which they travel on their own.
        let repetitions = input.byte() % 4 == 0 ? MessageFramer.coalescingByteLimit / 16 : 1
        let bytes = input.bytes(Int(input.byte() % 32))
        var part = ByteBuffer()
        for _ in 0..<repetitions { part.writeBytes(bytes) }
        parts.append(part)
      }
      let message = Rope(head: parts[0], tail: Array(parts.dropFirst()))
      MessageFramer.frame(message, isCompressed: false) { frame in
        require(frame.readableBytes > 0, "an empty frame")
        wire.writeImmutableBuffer(frame)
      }
      sent.append(message)
    }
    var deframer = MessageDeframer(encoding: .identity, messageByteLimit: .max)
    deframer.append(wire)
    for message in sent {
      guard let received = try? deframer.next() else { fatalError("a message is lost") }
      require(received == message.contiguous, "framing changed a message")
    }
    require(deframer.bufferedByteCount == 0)
  }
}
