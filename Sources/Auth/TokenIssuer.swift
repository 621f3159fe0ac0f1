package import Foundation
internal import JWTKit

/// Makes the server's own tokens: HS256, with the claims of the original's.
package struct TokenIssuer: Sendable {
  private let key: any JWTAlgorithm
  private let issuer: String
  private let audience: String?

  package init(secret: [UInt8], issuer: String, audience: String? = nil) async throws {
    self.key = try await VerificationKey(secret: secret).algorithm
    self.issuer = issuer
    self.audience = audience
  }

  /// - Parameters:
  ///   - method: How the principal was recognised.
  ///   - session: The session that the token's bearer goes on with.
  package func token(
    for principal: Principal,
    method: AuthenticationMethod,
    session: String? = nil,
    expiry: Date,
    now: Date = Date()
  ) throws -> String {
    let claims = TokenClaims(
      sub: principal.name,
      iss: self.issuer,
      aud: self.audience.map { TokenClaims.Audience(names: [$0]) },
      iat: Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down)),
      exp: Date(timeIntervalSince1970: expiry.timeIntervalSince1970.rounded(.down)),
      jti: UUID().uuidString.lowercased(),
      role: principal.role.rawValue,
      authMethod: method.rawValue,
      session: session
    )
    let header = #"{"alg":"\#(self.key.name)","typ":"JWT"}"#
    let payload = try DefaultJWTSerializer().jsonEncoder.encode(claims)
    let signed = Data(header.utf8).base64URL + "." + payload.base64URL
    let signature = try self.key.sign(Array(signed.utf8))
    return signed + "." + Data(signature).base64URL
  }
}

extension Data {
  fileprivate var base64URL: String {
    String(
      self.base64EncodedString().compactMap { character -> Character? in
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": nil
        default: character
        }
      }
    )
  }
}
