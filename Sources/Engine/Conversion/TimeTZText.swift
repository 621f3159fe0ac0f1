/// Times with their offset: `12:34:56.789+05:30`.
///
/// As DuckDB prints it, without trailing zeros and offset parts that are zero. Only minutes that
/// seconds follow are kept, which DuckDB omits as well: `+06:00:21` would arrive as `+06:21`.
struct TimeTZText: TextFormat {
  /// The offset is stored as its distance to this one, so that it sorts downwards.
  private static let greatestOffset = 16 * 60 * 60 - 1
  private static let offsetBits: UInt64 = 24

  static var slotWidth: Int { 8 }

  @unsafe
  func maximumByteCount(_ slot: UnsafeRawPointer) -> Int {
    "00:00:00.000000+00:00:00".utf8.count
  }

  @unsafe
  func write(_ slot: UnsafeRawPointer, to target: UnsafeMutableRawPointer) -> Int {
    let bits = unsafe slot.loadUnaligned(as: UInt64.self)
    let micros = Int(bits >> Self.offsetBits)
    let offset = Self.greatestOffset - Int(bits & ((1 << Self.offsetBits) - 1))
    var text = unsafe DigitWriter(target)
    let seconds = micros / 1_000_000
    unsafe text.write(seconds / 3600, digits: 2)
    unsafe text.write(":")
    unsafe text.write(seconds / 60 % 60, digits: 2)
    unsafe text.write(":")
    unsafe text.write(seconds % 60, digits: 2)
    var fraction = micros % 1_000_000
    if fraction != 0 {
      var digits = 6
      while fraction % 10 == 0 {
        fraction /= 10
        digits -= 1
      }
      unsafe text.write(".")
      unsafe text.write(fraction, digits: digits)
    }
    unsafe text.write(offset < 0 ? "-" : "+")
    let distance = abs(offset)
    unsafe text.write(distance / 3600, digits: 2)
    if distance % 3600 != 0 {
      unsafe text.write(":")
      unsafe text.write(distance / 60 % 60, digits: 2)
    }
    if distance % 60 != 0 {
      unsafe text.write(":")
      unsafe text.write(distance % 60, digits: 2)
    }
    return unsafe text.count
  }
}

/// Writes digits to memory that has room for them.
@unsafe
private struct DigitWriter {
  private let start: UnsafeMutableRawPointer
  private(set) var count = 0

  init(_ start: UnsafeMutableRawPointer) {
    unsafe self.start = start
  }

  mutating func write(_ character: Unicode.Scalar) {
    unsafe self.start.storeBytes(
      of: UInt8(ascii: character),
      toByteOffset: self.count,
      as: UInt8.self
    )
    unsafe self.count += 1
  }

  /// Writes the last `digits` digits of `number`, with leading zeros.
  mutating func write(_ number: Int, digits: Int) {
    var rest = number
    for position in (0..<digits).reversed() {
      unsafe self.start.storeBytes(
        of: UInt8(ascii: "0") + UInt8(rest % 10),
        toByteOffset: self.count + position,
        as: UInt8.self
      )
      rest /= 10
    }
    unsafe self.count += digits
  }
}
