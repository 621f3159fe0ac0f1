import Foundation
import FuzzDriver
import GRPCTransport
import NIOCore

/// The values of single headers.
enum HeaderValues {
  static func timeout(_ input: inout FuzzedInput) {
    let text = String(decoding: input.rest(), as: UTF8.self)
    guard let timeout = GRPCTimeout(headerValue: text) else { return }
    require(
      timeout.amount >= .nanoseconds(0) && timeout.amount <= GRPCTimeout.maximum,
      "\(text) is \(timeout.amount)"
    )
    require((2...9).contains(text.utf8.count))
  }

  static func statusMessage(_ input: inout FuzzedInput) {
    let limit = input.number(below: 300)
    let message = String(decoding: input.rest(), as: UTF8.self)
    let encoded = StatusMessage.encode(message, encodedByteLimit: limit)
    require(encoded.utf8.count <= limit, "beyond the limit")
    require(encoded.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "not for a header")
    guard let decoded = encoded.removingPercentEncoding else {
      fatalError("a character was cut")
    }
    require(message.utf8.starts(with: decoded.utf8), "another message")
    if message.utf8.count * 3 <= limit { require(decoded.utf8.elementsEqual(message.utf8)) }
  }

  static func base64(_ input: inout FuzzedInput) {
    let bytes = input.rest()
    let text = String(decoding: bytes, as: UTF8.self)
    if let decoded = Base64.decode(text[...]) {
      require(decoded.count <= text.utf8.count)
      require(Base64.decode(Base64.encode(decoded)[...]) == decoded)
      // Padded to the full, Foundation reads the same.
      let padded = text.filter { $0 != "=" }
      let padding = String(repeating: "=", count: -padded.utf8.count & 3)
      require(Data(base64Encoded: padded + padding).map { Array($0) } == decoded, text)
    }
    let encoded = Base64.encode(bytes)
    require(Base64.decode(encoded[...]) == bytes, "base64 changed the bytes")
    require(Data(bytes).base64EncodedString().hasPrefix(encoded))
  }
}
