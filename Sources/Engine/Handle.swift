/// An unguessable name of something the server keeps for a client: 16 random bytes.
package struct Handle: Hashable, Sendable {
  package let bytes: [UInt8]

  package static let byteCount = 16

  package init() {
    // The system's generator is cryptographically secure.
    var generator = SystemRandomNumberGenerator()
    self.bytes = (0..<2).flatMap { _ in
      unsafe withUnsafeBytes(of: generator.next() as UInt64) { unsafe Array($0) }
    }
  }

  /// A handle as a client sent it back; `nil` if it can't be one.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = Array(bytes)
  }

  /// The handle in hexadecimal digits.
  package var text: String {
    self.bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

extension Handle {
  /// Reads ``text``.
  package init?(text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count == 2 * Self.byteCount else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.value(ofDigit: digits[index]),
        let low = Self.value(ofDigit: digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
