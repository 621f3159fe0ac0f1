import NIOCore

/// A bitmap while it is built.
struct BitBuffer {
  private var buffer = OutputBuffer()
  private(set) var bitCount = 0

  /// Appends `count` set bits.
  mutating func appendOnes(_ count: Int) {
    unsafe self.append(count) { target, index in
      unsafe Bits.fill(target, at: index, count: count)
    }
  }

  /// Appends the bits of `range`.
  @unsafe
  mutating func append(_ words: UnsafePointer<UInt64>, in range: Range<Int>) {
    unsafe self.append(range.count) { target, index in
      unsafe Bits.copy(words, in: range, to: target, at: index)
    }
  }

  /// Appends the lowest bit of each byte.
  @unsafe
  mutating func append(lowestBitsOf bytes: UnsafeRawPointer, count: Int) {
    unsafe self.append(count) { target, index in
      var done = 0
      while done < count {
        let step = min(64, count - done)
        var bits: UInt64 = 0
        if step == 64 {
          for byte in 0..<8 {
            let eight = unsafe bytes.loadUnaligned(fromByteOffset: done + 8 * byte, as: UInt64.self)
            // Moves the lowest bit of byte i to bit 56 + i.
            let packed = (eight & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080
            bits |= (packed &>> 56) &<< UInt64(truncatingIfNeeded: 8 &* byte)
          }
        } else {
          for row in 0..<step {
            let bit = unsafe UInt64((bytes + done + row).load(as: UInt8.self) & 1)
            bits |= bit &<< UInt64(truncatingIfNeeded: row)
          }
        }
        unsafe Bits.store(bits, to: target, at: index + done)
        done += step
      }
    }
  }

  /// Clears the bits, of the last `range.count`, whose row is NULL.
  @unsafe
  mutating func clearNulls(_ words: UnsafePointer<UInt64>, in range: Range<Int>) {
    let first = self.bitCount - range.count
    unsafe self.buffer.withWritten { start in
      unsafe Bits.forEachZero(words, in: range) { position in
        let bit = first + position
        let byte = unsafe start + (bit >> 3)
        let cleared = unsafe byte.load(as: UInt8.self) & ~(1 << UInt8(bit & 7))
        unsafe byte.storeBytes(of: cleared, as: UInt8.self)
      }
    }
  }

  /// Has `body` write `count` bits from bit `index` of the bytes it is given.
  @unsafe
  @inline(__always)
  private mutating func append(_ count: Int, _ body: (UnsafeMutableRawPointer, Int) -> Void) {
    let first = self.bitCount
    self.bitCount += count
    let byteCount = (self.bitCount + 7) >> 3
    // The first bits may belong into the byte written last.
    let back = self.buffer.byteCount - first >> 3
    unsafe self.buffer.append(byteCount - self.buffer.byteCount, slack: Bits.slack) { start in
      if back == 0 {
        unsafe start.storeBytes(of: 0, as: UInt8.self)
      }
      unsafe body(start - back, first & 7)
    }
  }

  mutating func take() -> ByteBuffer {
    self.bitCount = 0
    return self.buffer.take()
  }
}
