internal import Foundation

/// What a token proves.
struct VerifiedToken: Sendable {
  var subject: String
  /// `nil` if the token doesn't say.
  var role: Role?
  var method: String?
  /// The session it was issued for, if by this server or one that shares its key.
  var session: String?
  var expiry: Date
  var origin: VerificationKey.Origin
}
