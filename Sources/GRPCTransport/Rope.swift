import GRPCCore
package import NIOCore

/// A message's bytes: a small owned head followed by buffers that are passed on by reference.
///
/// Column buffers travel from the producer to the socket without being copied: only asking for
/// contiguous bytes flattens the rope. A received message always lies in `head` alone.
package struct Rope: GRPCContiguousBytes, Sendable {
  package private(set) var head: ByteBuffer
  package private(set) var tail: [ByteBuffer]

  /// The number of bytes in head and tail together.
  package private(set) var count: Int

  package init(head: ByteBuffer, tail: [ByteBuffer] = []) {
    self.head = head
    self.tail = tail
    var count = head.readableBytes
    for buffer in tail { count += buffer.readableBytes }
    self.count = count
  }

  package init(repeating byte: UInt8, count: Int) {
    self.init(head: ByteBuffer(repeating: byte, count: count))
  }

  package init<Bytes: Sequence>(_ sequence: Bytes) where Bytes.Element == UInt8 {
    self.init(head: ByteBuffer(bytes: sequence))
  }

  /// All bytes in one buffer; free of charge when there is no tail.
  package var contiguous: ByteBuffer {
    guard !tail.isEmpty else { return head }
    var flat = ByteBufferAllocator().buffer(capacity: count)
    flat.writeImmutableBuffer(head)
    for buffer in tail { flat.writeImmutableBuffer(buffer) }
    return flat
  }

  package func withUnsafeBytes<R>(
    _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    try contiguous.withUnsafeReadableBytes(body)
  }

  package mutating func withUnsafeMutableBytes<R>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) rethrows -> R {
    if !tail.isEmpty {
      head = contiguous
      tail = []
    }
    return try head.withUnsafeMutableReadableBytes(body)
  }
}

extension Rope: Hashable {
  package static func == (left: Rope, right: Rope) -> Bool {
    left.count == right.count && left.contiguous == right.contiguous
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(contiguous)
  }
}
