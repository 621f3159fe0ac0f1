import NIOCore

/// One Arrow buffer while it is built: it grows in place, and nobody copies it afterwards.
struct OutputBuffer {
  /// How many buffers that were handed over are kept, to be used again once nobody else does:
  /// those of a batch that is on its way while the next one is built, and of one that waits.
  private static let retiredCount = 2

  /// Larger ones aren't kept.
  private static let largestRetiredCapacity = 4 << 20

  private var bytes = ByteBuffer()
  private var retired: [ByteBuffer] = []

  var byteCount: Int { self.bytes.readableBytes }

  /// Makes room for `byteCount` bytes and has `body` write every one of them.
  ///
  /// - Parameter slack: How many bytes after those `body` may overwrite, too.
  @inline(__always)
  mutating func append(
    _ byteCount: Int,
    slack: Int = 0,
    _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    unsafe self.append(atMost: byteCount, slack: slack) { start in
      unsafe body(start)
      return byteCount
    }
  }

  /// Makes room for `byteCount` bytes and has `body` write some of them, and say how many.
  @inline(__always)
  mutating func append<Failure: Error>(
    atMost byteCount: Int,
    slack: Int = 0,
    _ body: (UnsafeMutableRawPointer) throws(Failure) -> Int
  ) throws(Failure) {
    let needed = max(byteCount + slack, 1)
    if self.bytes.writableBytes < needed {
      self.grow(by: needed)
    }
    var outcome: Result<Void, Failure> = .success(())
    unsafe self.bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: needed) { space in
      do throws(Failure) {
        // Not nil: the space has at least one byte.
        return try unsafe body(space.baseAddress!)
      } catch {
        outcome = .failure(error)
        return 0
      }
    }
    try outcome.get()
  }

  @inline(never)
  private mutating func grow(by byteCount: Int) {
    if self.bytes.capacity == 0, self.retired.count == Self.retiredCount {
      self.bytes = self.retired.removeFirst()
      // Allocates as much anew if someone still has it.
      self.bytes.clear()
    }
    self.bytes.reserveCapacity(minimumWritableBytes: byteCount)
  }

  /// Bytes already written, to be changed.
  @unsafe
  @inline(__always)
  mutating func withWritten(_ body: (UnsafeMutableRawPointer) -> Void) {
    unsafe self.bytes.withUnsafeMutableReadableBytes { bytes in
      if let start = bytes.baseAddress {
        unsafe body(start)
      }
    }
  }

  /// Hands the buffer over and starts the next.
  mutating func take() -> ByteBuffer {
    let taken = self.bytes
    self.bytes = ByteBuffer()
    if taken.capacity > 0, taken.capacity <= Self.largestRetiredCapacity {
      self.retired.append(taken)
    }
    return taken
  }
}
