internal import Foundation
internal import JWTKit

/// Verifies tokens: who signed them, for whom, and for when.
struct TokenVerifier: Sendable {
  let issuer: String
  let audience: String?
  /// In seconds.
  let clockSkew: TimeInterval

  /// The keys that a token may have been signed with, by what its header says.
  ///
  /// A key set's keys are chosen by their identifier; a token without one may be of any of its
  /// algorithm.
  func candidates(
    for header: Header,
    among keys: [VerificationKey]
  ) -> [VerificationKey] {
    keys.filter { key in
      key.algorithmName == header.algorithm
        && (key.identifier == nil || header.keyIdentifier == nil
          || key.identifier == header.keyIdentifier)
    }
  }

  /// What the header of a token says; nothing of it is trusted.
  struct Header: Hashable {
    var algorithm: String
    var keyIdentifier: String?
  }

  static func header(of token: String) throws(AuthenticationError) -> Header {
    guard let parts = try? DefaultJWTParser().getTokenParts(Array(token.utf8)),
      let json = Data(base64URL: parts.header),
      let header = try? JSONDecoder().decode(RawHeader.self, from: json),
      // Extensions that must be understood aren't.
      header.crit == nil
    else { throw .invalidToken }
    return Header(algorithm: header.alg, keyIdentifier: header.kid)
  }

  /// - Parameter keys: Those of ``candidates(for:among:)``.
  func verify(
    _ token: String,
    keys: [VerificationKey],
    now: Date = Date()
  ) throws(AuthenticationError) -> VerifiedToken {
    guard let parts = try? DefaultJWTParser().getTokenParts(Array(token.utf8)),
      let signature = Data(base64URL: parts.signature),
      let payload = Data(base64URL: parts.payload)
    else { throw .invalidToken }
    let signed = parts.header + [UInt8(ascii: ".")] + parts.payload
    let key = keys.first { (try? $0.algorithm.verify(signature, signs: signed)) ?? false }
    guard let key,
      let claims = try? DefaultJWTParser().jsonDecoder.decode(TokenClaims.self, from: payload),
      !claims.sub.isEmpty
    else { throw .invalidToken }
    guard claims.iss == self.issuer else { throw .invalidIssuer }
    return try self.verified(claims, key.origin, now: now)
  }

  private func verified(
    _ claims: TokenClaims,
    _ origin: VerificationKey.Origin,
    now: Date
  ) throws(AuthenticationError) -> VerifiedToken {
    let skew = self.clockSkew
    // A token without an end would be one for ever.
    guard let expiry = claims.exp else { throw .invalidToken }
    guard now < expiry + skew else { throw .expiredToken }
    guard (claims.nbf ?? now) <= now + skew, (claims.iat ?? now) <= now + skew else {
      throw .invalidToken
    }
    if let audience {
      guard claims.aud?.names.contains(audience) ?? false else { throw .invalidToken }
    }
    let role = claims.role.flatMap { Role(rawValue: $0) }
    guard claims.role == nil || role != nil else { throw .invalidToken }
    return VerifiedToken(
      subject: claims.sub,
      role: role,
      method: claims.authMethod,
      session: origin == .own ? claims.session : nil,
      expiry: expiry,
      origin: origin
    )
  }

  private struct RawHeader: Decodable {
    var alg: String
    var kid: String?
    var crit: [String]?
  }
}

extension Data {
  /// Reads Base64 as tokens have it; `nil` for anything else.
  fileprivate init?(base64URL bytes: ArraySlice<UInt8>) {
    let isValid = bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isValid else { return nil }
    var plain = bytes.map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    plain += [UInt8](repeating: UInt8(ascii: "="), count: -plain.count & 3)
    self.init(base64Encoded: Data(plain))
  }
}
