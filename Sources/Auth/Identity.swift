package import Foundation

/// Who makes a call, and what it takes to go on as them.
package struct Identity: Sendable {
  package var principal: Principal
  package var method: AuthenticationMethod
  /// The session that the client's token was issued for.
  package var session: String?
  /// When what the client showed stops counting; `nil` for a password.
  package var expiry: Date?

  /// Whether the client has shown a password, and wants a token for it.
  package var wantsToken: Bool { self.method == .basic && self.expiry == nil }
}
