import Engine
import FuzzDriver
import GRPCCore

@testable import CallHeaders

/// The ids of sessions and calls that clients send in headers.
enum CallMetadata {
  private static let id = Handle()
  private static let keys = ["cookie", "authorization", "x-request-id"]

  static func check(_ input: inout FuzzedInput) {
    var metadata: Metadata = [:]
    var texts: [String] = []
    while !input.isEmpty {
      let key = Self.keys[Int(input.byte()) % Self.keys.count]
      texts.append(input.text())
      metadata.addString(texts[texts.count - 1], forKey: key)
    }
    let allowance = (64 << 10) + 64 * texts.reduce(0) { $0 + $1.utf8.count }
    Allowance.hold(allowance, for: "headers") {
      // An id is nothing but what was sent.
      for id in [SessionCookie.cookie(in: metadata), SessionCookie.token(in: metadata)] {
        guard let id else { continue }
        require(texts.contains { $0.contains(id.text) }, "\(id.text) was never sent")
      }
    }
    let name = RequestID.id(in: metadata)
    require((1...RequestID.characterLimit).contains(name.utf8.count))
    require(name.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "\(name) can't stand in a log")
    Self.requireFound(behind: texts.first ?? "")
  }

  /// A session is found by its cookie, whatever other cookies there are.
  private static func requireFound(behind text: String) {
    let cookie = "arrow_flight_session_id=\(Self.id.text)"
    let metadata: Metadata = ["cookie": "\(text);\(cookie)"]
    require(SessionCookie.cookie(in: metadata) != nil, "a cookie isn't found behind \(text)")
  }
}
