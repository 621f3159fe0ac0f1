package import NIOCore

/// Turns a message into the few buffers that become its DATA frames.
///
/// HTTP/2 makes one frame of each buffer, so the many small parts of a wide batch are copied
/// together; large ones are passed by reference.
package enum MessageFramer {
  /// Parts below this size are cheaper to copy than to send as frames of their own.
  package static let coalescingByteLimit = 16 << 10

  /// A gathered buffer is handed on when it reaches this size.
  package static let gatheredByteLimit = 256 << 10

  package static func frame(_ message: Rope, isCompressed: Bool, emit: (ByteBuffer) -> Void) {
    var gathered = ByteBufferAllocator().buffer(
      capacity: MessageDeframer.prefixByteCount + runByteCount(of: message, from: -1)
    )
    gathered.writeInteger(UInt8(isCompressed ? 1 : 0))
    gathered.writeInteger(UInt32(message.count))
    for index in -1..<message.tail.count {
      let part = index < 0 ? message.head : message.tail[index]
      if part.readableBytes < coalescingByteLimit {
        if gathered.readableBytes >= gatheredByteLimit || gathered.capacity == 0 {
          if gathered.readableBytes > 0 { emit(gathered) }
          gathered = ByteBufferAllocator().buffer(
            capacity: runByteCount(of: message, from: index)
          )
        }
        gathered.writeImmutableBuffer(part)
      } else {
        if gathered.readableBytes > 0 { emit(gathered) }
        gathered = ByteBuffer()
        emit(part)
      }
    }
    if gathered.readableBytes > 0 { emit(gathered) }
  }

  /// The size of the run of small parts that begins at `start` (-1 is the head), up to the limit.
  private static func runByteCount(of message: Rope, from start: Int) -> Int {
    var byteCount = 0
    var index = start
    while index < message.tail.count, byteCount < gatheredByteLimit {
      let partByteCount = (index < 0 ? message.head : message.tail[index]).readableBytes
      guard partByteCount < coalescingByteLimit else { break }
      byteCount += partByteCount
      index += 1
    }
    return byteCount
  }
}
