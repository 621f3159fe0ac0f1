/// Bits as digits: `0101`.
struct BitText: TextFormat {
  static var slotWidth: Int { unsafe StringSlot.width }

  @unsafe
  func maximumByteCount(_ slot: UnsafeRawPointer) -> Int {
    unsafe max(StringSlot(slot).count - 1, 0) * 8
  }

  /// The first byte says how many of the most significant bits of the second are padding.
  @unsafe
  func write(_ slot: UnsafeRawPointer, to target: UnsafeMutableRawPointer) -> Int {
    let bits = unsafe UnsafeRawBufferPointer(
      start: StringSlot(slot).bytes,
      count: StringSlot(slot).count
    )
    guard let padding = unsafe bits.first else {
      return 0
    }
    let bitCount = (bits.count - 1) * 8
    let first = min(Int(padding), bitCount)
    for index in first..<bitCount {
      let bit = unsafe bits[1 + index >> 3] >> UInt8(7 - index & 7) & 1
      unsafe target.storeBytes(
        of: UInt8(ascii: "0") + bit,
        toByteOffset: index - first,
        as: UInt8.self
      )
    }
    return bitCount - first
  }
}
