import Auth
import Engine
import Foundation
import FuzzDriver

/// `authorization` headers, and handles as clients send them back.
enum Headers {
  static func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    Self.checkHandles(bytes, text)
    let allowance = (64 << 10) + 64 * text.utf8.count
    let credential = Allowance.hold(allowance, for: "an authorization header") {
      try? Credential(authorization: text)
    }
    Self.requireRoundTrip(text, bytes)
    switch credential {
    case .password(let username, let password):
      require(!username.isEmpty && !username.contains(":"))
      require(3 * (username.utf8.count + password.utf8.count) <= 3 * text.utf8.count)
    case .token(let token):
      require(!token.isEmpty && text.hasSuffix(token))
    case nil:
      break
    }
  }

  /// What a client writes is read as it is meant, with or without padding.
  private static func requireRoundTrip(_ text: String, _ bytes: [UInt8]) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
      text.utf8.count < 8192
    else { return }
    let username = String(text[..<colon])
    let password = String(text[text.utf8.index(after: colon)...])
    // A colon that is one character with what follows is none.
    guard username + ":" + password == text, text.firstIndex(of: ":") == colon else { return }
    let encoded = Data(text.utf8).base64EncodedString()
    let expected = Credential.password(username: username, password: password)
    for form in [encoded, encoded.replacingOccurrences(of: "=", with: "")] {
      require((try? Credential(authorization: "Basic \(form)")) == expected, "\(form) is refused")
    }
  }

  private static func checkHandles(_ bytes: [UInt8], _ text: String) {
    if let handle = Handle(bytes) { require(handle.bytes == bytes) }
    if let handle = Handle(text: text) {
      require(handle.text == text, "two texts are one handle")
      require(Handle(handle.bytes) == handle)
    }
  }
}
