/// The decimal digits of an integer of any size.
struct BignumText: TextFormat {
  /// The largest integer that is converted: writing one takes time in the square of its size.
  static let maximumByteCount = 4096

  /// A sign bit and the number of bytes that follow; all of it is complemented when negative.
  private static let headerByteCount = 3

  let path: String

  static var slotWidth: Int { unsafe StringSlot.width }

  /// A byte has less than 2.5 digits.
  @unsafe
  func maximumByteCount(_ slot: UnsafeRawPointer) -> Int {
    unsafe min(StringSlot(slot).count, Self.maximumByteCount + Self.headerByteCount) * 5 / 2 + 2
  }

  @unsafe
  func write(
    _ slot: UnsafeRawPointer,
    to target: UnsafeMutableRawPointer
  ) throws(ConversionError) -> Int {
    let bytes = unsafe UnsafeRawBufferPointer(
      start: StringSlot(slot).bytes,
      count: StringSlot(slot).count
    )
    guard bytes.count <= Self.maximumByteCount + Self.headerByteCount else {
      throw .outOfRange(
        column: self.path,
        value: "of \(bytes.count - Self.headerByteCount) bytes",
        type: "BIGNUM",
        reason: "exceeds the limit of \(Self.maximumByteCount) bytes"
      )
    }
    let isNegative = unsafe bytes.first.map { $0 & 0x80 == 0 } ?? false
    let complement: UInt8 = isNegative ? 0xFF : 0
    let magnitude = unsafe bytes.dropFirst(Self.headerByteCount).map { $0 ^ complement }
    let text = (isNegative ? "-" : "") + Self.decimal(magnitude)
    for (index, byte) in text.utf8.enumerated() {
      unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
    }
    return text.utf8.count
  }

  /// The digits of a big-endian number, by dividing it again and again.
  private static func decimal(_ bigEndian: [UInt8]) -> String {
    let base: UInt64 = 10_000_000_000_000_000_000
    let digitsOfBase = 19
    var limbs: [UInt64] = []
    for start in stride(from: bigEndian.count, to: 0, by: -8) {
      limbs.append(bigEndian[max(0, start - 8)..<start].reduce(0) { $0 << 8 | UInt64($1) })
    }
    var parts: [UInt64] = []
    while let last = limbs.last {
      if last == 0 {
        limbs.removeLast()
        continue
      }
      var remainder: UInt64 = 0
      for index in limbs.indices.reversed() {
        (limbs[index], remainder) = base.dividingFullWidth((remainder, limbs[index]))
      }
      parts.append(remainder)
    }
    guard let first = parts.popLast() else {
      return "0"
    }
    return parts.reversed().reduce(into: String(first)) { text, part in
      let digits = String(part)
      text += String(repeating: "0", count: digitsOfBase - digits.count) + digits
    }
  }
}
