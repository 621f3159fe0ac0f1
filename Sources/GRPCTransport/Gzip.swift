import CZlib
package import GRPCCore
package import NIOCore

/// Gzip coding of single messages.
package enum Gzip {
  /// Tells zlib to read and write gzip's header and no other.
  private static let gzipWindowBits: Int32 = 15 + 16

  private static let minimumOutputByteCount = 1 << 10

  /// Inflates one message, giving up as soon as it passes `byteLimit`.
  package static func inflate(_ input: ByteBuffer, byteLimit: Int) throws(RPCError) -> ByteBuffer {
    var stream = z_stream()
    guard czlib_inflate_init(&stream, gzipWindowBits) == Z_OK else { throw outOfMemory }
    defer { inflateEnd(&stream) }
    let firstByteCount = max(minimumOutputByteCount, min(input.readableBytes * 4, byteLimit + 1))
    var output = ByteBufferAllocator().buffer(capacity: firstByteCount)
    let result = input.withUnsafeReadableBytes { bytes in
      setInput(&stream, bytes)
      return run(&stream, into: &output, byteLimit: byteLimit) { CZlib.inflate(&$0, Z_NO_FLUSH) }
    }
    guard output.readableBytes <= byteLimit else {
      throw RPCError(
        code: .resourceExhausted,
        message: "A message inflates to more than the limit of \(byteLimit) bytes."
      )
    }
    guard result == Z_STREAM_END, stream.avail_in == 0 else {
      throw RPCError(code: .internalError, message: "A message isn't valid gzip.")
    }
    return output
  }

  package static func deflate(_ input: ByteBuffer) throws(RPCError) -> ByteBuffer {
    var stream = z_stream()
    guard czlib_deflate_init(&stream, Z_BEST_SPEED, gzipWindowBits) == Z_OK else {
      throw outOfMemory
    }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(input.readableBytes)))
    var output = ByteBufferAllocator().buffer(capacity: bound)
    let result = input.withUnsafeReadableBytes { bytes in
      setInput(&stream, bytes)
      return run(&stream, into: &output, byteLimit: bound) { CZlib.deflate(&$0, Z_FINISH) }
    }
    guard result == Z_STREAM_END else { throw outOfMemory }
    return output
  }

  /// Points zlib at its input, which it declares mutable but only reads.
  private static func setInput(_ stream: inout z_stream, _ bytes: UnsafeRawBufferPointer) {
    stream.next_in = UnsafeMutablePointer(
      mutating: bytes.bindMemory(to: UInt8.self).baseAddress
    )
    stream.avail_in = UInt32(clamping: bytes.count)
  }

  /// Steps until zlib ends, fails or has written more than `byteLimit` bytes.
  private static func run(
    _ stream: inout z_stream,
    into output: inout ByteBuffer,
    byteLimit: Int,
    step: (inout z_stream) -> Int32
  ) -> Int32 {
    var result = Z_OK
    while result == Z_OK, output.readableBytes <= byteLimit {
      let room = max(minimumOutputByteCount, min(output.readableBytes, byteLimit))
      output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
        stream.next_out = bytes.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(clamping: bytes.count)
        result = step(&stream)
        return bytes.count - Int(stream.avail_out)
      }
    }
    return result
  }

  private static var outOfMemory: RPCError {
    RPCError(code: .resourceExhausted, message: "There is no memory to code a message with gzip.")
  }
}
