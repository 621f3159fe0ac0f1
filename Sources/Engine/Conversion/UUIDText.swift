/// UUIDs as in RFC 9562: `01234567-89ab-cdef-0123-456789abcdef`.
struct UUIDText: TextFormat {
  static var slotWidth: Int { 16 }

  @unsafe
  func maximumByteCount(_ slot: UnsafeRawPointer) -> Int { 36 }

  @unsafe
  @inline(__always)
  func write(_ slot: UnsafeRawPointer, to target: UnsafeMutableRawPointer) -> Int {
    let low = unsafe slot.loadUnaligned(as: UInt64.self)
    // DuckDB flips the first bit so that UUIDs sort as signed numbers.
    let high = unsafe slot.loadUnaligned(fromByteOffset: 8, as: UInt64.self) ^ (1 << 63)
    let second = Self.hexadecimal(UInt32(truncatingIfNeeded: high))
    let third = Self.hexadecimal(UInt32(truncatingIfNeeded: low >> 32))
    unsafe self.put(Self.hexadecimal(UInt32(truncatingIfNeeded: high >> 32)), 0, target)
    unsafe self.put(UInt8(ascii: "-"), 8, target)
    unsafe self.put(UInt32(truncatingIfNeeded: second), 9, target)
    unsafe self.put(UInt8(ascii: "-"), 13, target)
    unsafe self.put(UInt32(truncatingIfNeeded: second >> 32), 14, target)
    unsafe self.put(UInt8(ascii: "-"), 18, target)
    unsafe self.put(UInt32(truncatingIfNeeded: third), 19, target)
    unsafe self.put(UInt8(ascii: "-"), 23, target)
    unsafe self.put(UInt32(truncatingIfNeeded: third >> 32), 24, target)
    unsafe self.put(Self.hexadecimal(UInt32(truncatingIfNeeded: low)), 28, target)
    return 36
  }

  @unsafe
  @inline(__always)
  private func put<Part: FixedWidthInteger & BitwiseCopyable>(
    _ part: Part,
    _ offset: Int,
    _ target: UnsafeMutableRawPointer
  ) {
    unsafe target.storeBytes(of: part.littleEndian, toByteOffset: offset, as: Part.self)
  }

  /// Eight digits, the first one in the lowest byte.
  @inline(__always)
  private static func hexadecimal(_ number: UInt32) -> UInt64 {
    var spread = UInt64(number.byteSwapped)
    spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
    let digits = spread >> 4 & 0x000F_000F_000F_000F | (spread & 0x000F_000F_000F_000F) << 8
    let isLetter = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    let fromNineToLetter = UInt64(UInt8(ascii: "a") - UInt8(ascii: "9") - 1)
    return digits &+ 0x3030_3030_3030_3030 &+ isLetter &* fromNineToLetter
  }
}
