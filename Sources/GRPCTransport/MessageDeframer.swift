package import GRPCCore
package import NIOCore

/// Cuts a stream of DATA payloads, however it was split, into length-prefixed messages.
///
/// A message that lies in one payload is a slice of it; one that spans several is gathered in a
/// buffer that grows with what has arrived, never with what a header promises.
package struct MessageDeframer: Sendable {
  /// The compressed flag and the length.
  package static let prefixByteCount = 5

  /// How far the gathering buffer may run ahead of the bytes that arrived.
  private static let growthFactor = 4

  private let encoding: MessageEncoding
  private let messageByteLimit: Int
  private var pending = ByteBuffer()

  package init(encoding: MessageEncoding, messageByteLimit: Int) {
    self.encoding = encoding
    self.messageByteLimit = messageByteLimit
  }

  /// Bytes that arrived and belong to no whole message yet.
  package var bufferedByteCount: Int { pending.readableBytes }

  /// What these bytes cost.
  package var capacity: Int { pending.capacity }

  package mutating func append(_ data: ByteBuffer) {
    guard data.readableBytes > 0 else { return }
    guard pending.readableBytes > 0 else {
      pending = data
      return
    }
    // Without the bytes that were read, or a stream of misaligned messages would grow for ever.
    if pending.readerIndex > 0 { pending = pending.slice() }
    let arrived = pending.readableBytes + data.readableBytes
    if let header = peekHeader() {
      let wanted = min(Self.prefixByteCount + Int(header.byteCount), arrived * Self.growthFactor)
      pending.reserveCapacity(minimumWritableBytes: max(wanted, arrived) - pending.readableBytes)
    }
    pending.writeImmutableBuffer(data)
  }

  /// The next whole message, or nil until more bytes arrive.
  package mutating func next() throws(RPCError) -> ByteBuffer? {
    guard let header = peekHeader() else { return nil }
    guard header.byteCount <= messageByteLimit else {
      throw RPCError(
        code: .resourceExhausted,
        message: """
          A request message of \(header.byteCount) bytes is larger than the limit of \
          \(messageByteLimit) bytes (message size limit, --max-message-bytes).
          """
      )
    }
    guard header.flag <= 1 else {
      throw RPCError(
        code: .internalError,
        message: "A request message has the unknown compression flag \(header.flag)."
      )
    }
    guard pending.readableBytes >= Self.prefixByteCount + Int(header.byteCount) else { return nil }
    pending.moveReaderIndex(forwardBy: Self.prefixByteCount)
    guard let message = pending.readSlice(length: Int(header.byteCount)) else { return nil }
    if pending.readableBytes == 0 { pending = ByteBuffer() }
    return header.flag == 0 ? message : try inflate(message)
  }

  private func inflate(_ message: ByteBuffer) throws(RPCError) -> ByteBuffer {
    switch encoding {
    case .gzip: return try Gzip.inflate(message, byteLimit: messageByteLimit)
    case .identity:
      throw RPCError(
        code: .internalError,
        message: "A request message is flagged as compressed but grpc-encoding names no encoding."
      )
    }
  }

  private func peekHeader() -> (flag: UInt8, byteCount: UInt32)? {
    guard
      let flag = pending.getInteger(at: pending.readerIndex, as: UInt8.self),
      let byteCount = pending.getInteger(at: pending.readerIndex + 1, as: UInt32.self)
    else { return nil }
    return (flag, byteCount)
  }
}
