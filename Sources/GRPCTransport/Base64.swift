/// Base64 as gRPC uses it in `-bin` metadata: read with or without padding, written without.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  private static let invalid: UInt8 = 0xff

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  package static func encode(_ bytes: [UInt8]) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity((bytes.count * 4 + 2) / 3)
    var accumulator: UInt32 = 0
    var bitCount = 0
    for byte in bytes {
      accumulator = accumulator << 8 | UInt32(byte)
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        encoded.append(alphabet[Int(accumulator >> UInt32(bitCount) & 0x3f)])
      }
    }
    if bitCount > 0 {
      encoded.append(alphabet[Int(accumulator << UInt32(6 - bitCount) & 0x3f)])
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Decodes one value; nil if it holds a foreign character or ends in the middle of a byte.
  package static func decode(_ text: Substring) -> [UInt8]? {
    var characters = text.utf8
    for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
    guard characters.count % 4 != 1 else { return nil }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(characters.count * 3 / 4)
    var accumulator: UInt32 = 0
    var bitCount = 0
    for character in characters {
      let value = values[Int(character)]
      guard value != invalid else { return nil }
      accumulator = accumulator << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        decoded.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bitCount)))
      }
    }
    return decoded
  }
}
