/// The percent-encoding of `grpc-message`.
package enum StatusMessage {
  private static let hexadecimalDigits = Array("0123456789ABCDEF".utf8)

  /// Encodes as much of a message as fits, whole characters only.
  ///
  /// Clients refuse trailers above 8 kB as RESOURCE_EXHAUSTED and lose the status, so it is the
  /// encoded form that is kept within `encodedByteLimit`.
  package static func encode(_ message: String, encodedByteLimit: Int) -> String {
    let utf8 = message.utf8
    if utf8.count <= encodedByteLimit, utf8.allSatisfy(isPlain) { return message }
    var encoded: [UInt8] = []
    encoded.reserveCapacity(min(utf8.count + utf8.count / 4, encodedByteLimit))
    for scalar in message.unicodeScalars {
      let bytes = UTF8.encode(scalar).map(Array.init) ?? []
      let byteCount = bytes.reduce(0) { $0 + (isPlain($1) ? 1 : 3) }
      guard encoded.count + byteCount <= encodedByteLimit else { break }
      for byte in bytes {
        if isPlain(byte) {
          encoded.append(byte)
        } else {
          encoded.append(UInt8(ascii: "%"))
          encoded.append(hexadecimalDigits[Int(byte >> 4)])
          encoded.append(hexadecimalDigits[Int(byte & 0xf)])
        }
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "%")
  }
}
