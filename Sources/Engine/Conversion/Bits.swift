/// Bitmaps as DuckDB and Arrow both lay them out: least significant bit first.
///
/// Every function takes `words` that reach to the word of the last bit asked for, and no further.
enum Bits {
  /// How many bytes after the last one of the target the functions that write may overwrite.
  static let slack = 16

  /// Up to 64 bits from `start`; those beyond `count` are zero.
  @unsafe
  @inline(__always)
  static func load(_ words: UnsafePointer<UInt64>, from start: Int, count: Int) -> UInt64 {
    let shift = UInt64(truncatingIfNeeded: start & 63)
    var bits = unsafe words[start >> 6] &>> shift
    if (start & 63) + count > 64 {
      // The bits go on in the next word, so there is one; `shift` isn't zero.
      bits |= unsafe words[(start >> 6) + 1] &<< (64 &- shift)
    }
    return count < 64 ? bits & ((1 &<< UInt64(truncatingIfNeeded: count)) &- 1) : bits
  }

  @unsafe
  static func countZeros(_ words: UnsafePointer<UInt64>, in range: Range<Int>) -> Int {
    var ones = 0
    var index = range.lowerBound
    while index < range.upperBound {
      let count = min(64, range.upperBound - index)
      ones += unsafe self.load(words, from: index, count: count).nonzeroBitCount
      index += count
    }
    return range.count - ones
  }

  /// Puts up to 64 bits at bit `index` of `target`, whose bits before are kept and whose next
  /// nine bytes are overwritten.
  @unsafe
  @inline(__always)
  static func store(_ bits: UInt64, to target: UnsafeMutableRawPointer, at index: Int) {
    let byte = unsafe target + (index >> 3)
    let shift = UInt64(truncatingIfNeeded: index & 7)
    let kept = unsafe UInt64(byte.load(as: UInt8.self)) & ((1 &<< shift) &- 1)
    unsafe byte.storeBytes(of: kept | bits &<< shift, as: UInt64.self)
    if shift != 0 {
      unsafe (byte + 8).storeBytes(
        of: UInt8(truncatingIfNeeded: bits &>> (64 &- shift)),
        as: UInt8.self
      )
    }
  }

  /// Copies the bits of `range` to bit `index` of `target`.
  @unsafe
  static func copy(
    _ words: UnsafePointer<UInt64>,
    in range: Range<Int>,
    to target: UnsafeMutableRawPointer,
    at index: Int
  ) {
    var source = range.lowerBound
    var destination = index
    while source < range.upperBound {
      let count = min(64, range.upperBound - source)
      unsafe self.store(
        self.load(words, from: source, count: count),
        to: target,
        at: destination
      )
      source += count
      destination += count
    }
  }

  /// Sets `count` bits of `target` from bit `index`.
  @unsafe
  static func fill(_ target: UnsafeMutableRawPointer, at index: Int, count: Int) {
    var done = 0
    while done < count {
      let step = min(64, count - done)
      let bits: UInt64 = step < 64 ? (1 << UInt64(step)) - 1 : .max
      unsafe self.store(bits, to: target, at: index + done)
      done += step
    }
  }

  /// Calls `body` with the position in `range`, counted from its start, of each bit not set.
  @unsafe
  @inline(__always)
  static func forEachZero(
    _ words: UnsafePointer<UInt64>,
    in range: Range<Int>,
    _ body: (Int) -> Void
  ) {
    var index = 0
    while index < range.count {
      let count = min(64, range.count - index)
      var zeros = unsafe ~self.load(words, from: range.lowerBound + index, count: count)
      if count < 64 {
        zeros &= (1 &<< UInt64(truncatingIfNeeded: count)) &- 1
      }
      while zeros != 0 {
        body(index + zeros.trailingZeroBitCount)
        zeros &= zeros &- 1
      }
      index += count
    }
  }

  @unsafe
  @inline(__always)
  static func isSet(_ words: UnsafePointer<UInt64>, _ index: Int) -> Bool {
    unsafe words[index >> 6] &>> UInt64(truncatingIfNeeded: index & 63) & 1 != 0
  }
}
