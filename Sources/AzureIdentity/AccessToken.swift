package import Foundation

/// What Azure lets a holder in with, for a while.
package struct AccessToken: Hashable, Sendable {
  /// Azure's are about 2 KiB long.
  private static let byteLimit = 64 << 10

  /// The secret itself: visible ASCII without quotes or backslashes, whoever issued it.
  package let secret: String
  package let expiry: Date

  /// - Returns: `nil` for a text that isn't a token's: nobody needs to escape one.
  package init?(_ secret: String, expiry: Date) {
    let isClean = secret.utf8.allSatisfy { byte in
      (0x21...0x7e).contains(byte) && !#"'"\"#.utf8.contains(byte)
    }
    guard isClean, (1...Self.byteLimit).contains(secret.utf8.count) else { return nil }
    self.secret = secret
    self.expiry = expiry
  }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a token until \(self.expiry.formatted(.iso8601))" }
  package var debugDescription: String { self.description }
  package var customMirror: Mirror { Mirror(self, children: ["expiry": self.expiry]) }
}
