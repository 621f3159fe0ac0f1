import NIOCore

/// Messages in the IPC stream format: a prefix, the metadata, the body.
struct IPCStream {
  struct Frame {
    var header: ByteBuffer
    var body: ByteBuffer
  }

  enum Failure: Error {
    case truncated
  }

  private var bytes: ByteBuffer
  private let bodyByteCount: (ByteBuffer) throws -> Int

  /// `bodyByteCount` reads a body's length from the metadata before it.
  init(_ bytes: ByteBuffer, bodyByteCount: @escaping (ByteBuffer) throws -> Int) {
    self.bytes = bytes
    self.bodyByteCount = bodyByteCount
  }

  /// The next message, or nil at the end of the stream.
  mutating func next() throws -> Frame? {
    guard self.bytes.readableBytes > 0 else { return nil }
    guard
      self.bytes.readInteger(endianness: .little, as: UInt32.self) == .max,
      let headerByteCount = self.bytes.readInteger(endianness: .little, as: UInt32.self)
    else { throw Failure.truncated }
    guard headerByteCount > 0 else { return nil }
    guard let header = self.bytes.readSlice(length: Int(headerByteCount)) else {
      throw Failure.truncated
    }
    guard let body = self.bytes.readSlice(length: try self.bodyByteCount(header)) else {
      throw Failure.truncated
    }
    return Frame(header: header, body: body)
  }

  static let end: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
}
