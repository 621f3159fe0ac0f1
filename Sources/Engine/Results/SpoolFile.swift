internal import ArrowIPC
internal import Glibc
internal import NIOCore
internal import SystemPackage

/// A temporary file of encoded messages that has no name, so that nothing of it outlives the
/// process.
///
/// Each message is its header's length (4 bytes), its body's length and its rows' number (8 bytes
/// each), header and body.
///
/// `@unchecked Sendable`: it changes only until its writer has written all and hands it over.
final class SpoolFile: @unchecked Sendable {
  private let descriptor: SystemPackage.FileDescriptor
  private var endOffset: Int64 = 0

  init(directory: String) throws(EngineError) {
    let name = String(UInt64.random(in: .min ... .max), radix: 16)
    let path = FilePath(directory).appending("lakehouse-spool-\(name)")
    do {
      self.descriptor = try SystemPackage.FileDescriptor.open(
        path,
        .readWrite,
        options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite
      )
    } catch {
      throw .spoolFailed("cannot create a temporary file (\(error))")
    }
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  deinit {
    try? self.descriptor.close()
  }

  func append(_ message: EncodedMessage) throws(EngineError) {
    var head = ByteBuffer()
    head.writeInteger(UInt32(message.header.readableBytes))
    head.writeInteger(UInt64(message.bodyByteCount))
    head.writeInteger(UInt64(message.rowCount))
    head.writeImmutableBuffer(message.header)
    do {
      // Of a message that isn't whole nothing is read.
      var offset = self.endOffset
      for part in [head] + message.body {
        offset += Int64(
          try unsafe part.withUnsafeReadableBytes { bytes in
            try unsafe self.descriptor.writeAll(toAbsoluteOffset: offset, bytes)
          }
        )
      }
      self.endOffset = offset
    } catch {
      throw .spoolFailed("cannot write to a temporary file (\(error))")
    }
  }

  /// The message at `offset`, which then is the next one's; `nil` after the last.
  func message(at offset: inout Int64) throws(EngineError) -> EncodedMessage? {
    guard offset < self.endOffset else { return nil }
    var head = try self.read(byteCount: 20, at: &offset)
    guard let headerByteCount = head.readInteger(as: UInt32.self),
      let bodyByteCount = head.readInteger(as: UInt64.self),
      let rowCount = head.readInteger(as: UInt64.self)
    else { throw .spoolFailed("a temporary file is shorter than what was written to it") }
    let header = try self.read(byteCount: Int(headerByteCount), at: &offset)
    let body = try self.read(byteCount: Int(bodyByteCount), at: &offset)
    return EncodedMessage(
      header: header,
      body: [body],
      bodyByteCount: Int(bodyByteCount),
      rowCount: Int(rowCount)
    )
  }

  private func read(byteCount: Int, at offset: inout Int64) throws(EngineError) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: byteCount)
    while buffer.readableBytes < byteCount {
      let remaining = byteCount - buffer.readableBytes
      let count: Int
      do {
        count = try unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: remaining) {
          try unsafe self.descriptor.read(
            fromAbsoluteOffset: offset,
            into: UnsafeMutableRawBufferPointer(rebasing: $0.prefix(remaining))
          )
        }
      } catch {
        throw .spoolFailed("cannot read from a temporary file (\(error))")
      }
      guard count > 0 else {
        throw .spoolFailed("a temporary file is shorter than what was written to it")
      }
      offset += Int64(count)
    }
    return buffer
  }
}
