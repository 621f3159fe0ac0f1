internal import ArrowIPC
internal import Glibc
internal import NIOCore
internal import SystemPackage

/// A temporary file of encoded messages that has no name, so that nothing of it outlives the
/// process.
///
/// Each message is its header's length (4 bytes), its body's length (8 bytes), header and body.
///
/// `@unchecked Sendable`: its writer hands it over to the spool, an actor, when it has written all.
final class SpoolFile: @unchecked Sendable {
  private let descriptor: SystemPackage.FileDescriptor
  private var readOffset: Int64 = 0
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
    head.writeImmutableBuffer(message.header)
    do {
      for part in [head] + message.body {
        self.endOffset += Int64(
          try unsafe part.withUnsafeReadableBytes { bytes in
            try unsafe self.descriptor.writeAll(toAbsoluteOffset: self.endOffset, bytes)
          }
        )
      }
    } catch {
      throw .spoolFailed("cannot write to a temporary file (\(error))")
    }
  }

  /// The next message in the order they were appended, `nil` after the last.
  func next() throws(EngineError) -> EncodedMessage? {
    guard self.readOffset < self.endOffset else { return nil }
    var head = try self.read(byteCount: 12)
    guard let headerByteCount = head.readInteger(as: UInt32.self),
      let bodyByteCount = head.readInteger(as: UInt64.self)
    else { throw .spoolFailed("a temporary file is shorter than what was written to it") }
    let header = try self.read(byteCount: Int(headerByteCount))
    let body = try self.read(byteCount: Int(bodyByteCount))
    return EncodedMessage(header: header, body: [body], bodyByteCount: Int(bodyByteCount))
  }

  private func read(byteCount: Int) throws(EngineError) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: byteCount)
    while buffer.readableBytes < byteCount {
      let remaining = byteCount - buffer.readableBytes
      let count: Int
      do {
        count = try unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: remaining) {
          try unsafe self.descriptor.read(
            fromAbsoluteOffset: self.readOffset,
            into: UnsafeMutableRawBufferPointer(rebasing: $0.prefix(remaining))
          )
        }
      } catch {
        throw .spoolFailed("cannot read from a temporary file (\(error))")
      }
      guard count > 0 else {
        throw .spoolFailed("a temporary file is shorter than what was written to it")
      }
      self.readOffset += Int64(count)
    }
    return buffer
  }
}
