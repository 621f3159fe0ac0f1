import NIOCore

/// Messages one after the other, each with the lengths of its two parts before it: what the fuzzer
/// mutates, and what it leaves behind of a crash.
extension WireMessage {
  static func frames(_ messages: [WireMessage]) -> ByteBuffer {
    var bytes = ByteBuffer()
    for message in messages {
      bytes.writeInteger(UInt32(message.header.readableBytes), endianness: .little)
      bytes.writeInteger(UInt32(message.body.readableBytes), endianness: .little)
      bytes.writeImmutableBuffer(message.header)
      bytes.writeImmutableBuffer(message.body)
    }
    return bytes
  }

  /// Reads any bytes: lengths beyond the end mean all that is left.
  static func messages(in frames: ByteBuffer) -> [WireMessage] {
    var bytes = frames
    var messages: [WireMessage] = []
    while let headerByteCount = bytes.readInteger(endianness: .little, as: UInt32.self),
      let bodyByteCount = bytes.readInteger(endianness: .little, as: UInt32.self)
    {
      let header = bytes.readSlice(length: min(Int(headerByteCount), bytes.readableBytes))
      let body = bytes.readSlice(length: min(Int(bodyByteCount), bytes.readableBytes))
      messages.append(WireMessage(header: header ?? ByteBuffer(), body: body ?? ByteBuffer()))
    }
    return messages
  }
}
