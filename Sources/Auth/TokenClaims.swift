internal import Foundation
internal import JWTKit

/// What a token says.
struct TokenClaims: JWTPayload {
  var sub: String
  var iss: String?
  var aud: Audience?
  var iat: Date?
  var nbf: Date?
  var exp: Date?
  var jti: String?
  var role: String?
  var authMethod: String?
  var session: String?

  enum CodingKeys: String, CodingKey {
    case sub, iss, aud, iat, nbf, exp, jti, role, session
    case authMethod = "auth_method"
  }

  /// One name or several.
  struct Audience: Codable, Sendable {
    var names: [String]

    init(names: [String]) {
      self.names = names
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let name = try? container.decode(String.self) {
        self.names = [name]
      } else {
        self.names = try container.decode([String].self)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if self.names.count == 1 {
        try container.encode(self.names[0])
      } else {
        try container.encode(self.names)
      }
    }
  }

  /// Claims are checked by ``TokenVerifier``, which knows the clocks' skew and the issuer.
  func verify(using algorithm: some JWTAlgorithm) async throws {}
}
