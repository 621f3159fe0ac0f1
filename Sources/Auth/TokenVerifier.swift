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

  static func header(of token: String) throws(TokenRefusal) -> Header {
    guard let parts = try? DefaultJWTParser().getTokenParts(Array(token.utf8)),
      let json = Data(base64URL: parts.header),
      let header = try? JSONDecoder().decode(RawHeader.self, from: json)
    else { throw TokenRefusal("it is no JSON Web Token") }
    guard header.crit == nil else {
      throw TokenRefusal("it has extensions (crit) that aren't understood")
    }
    return Header(algorithm: header.alg, keyIdentifier: header.kid)
  }

  /// - Parameter keys: Those of ``candidates(for:among:)``.
  func verify(
    _ token: String,
    keys: [VerificationKey],
    now: Date = Date()
  ) throws(TokenRefusal) -> VerifiedToken {
    guard !keys.isEmpty else {
      throw TokenRefusal("no key is known that it names", isOfKey: true)
    }
    guard let parts = try? DefaultJWTParser().getTokenParts(Array(token.utf8)),
      let signature = Data(base64URL: parts.signature),
      let payload = Data(base64URL: parts.payload)
    else { throw TokenRefusal("it is no JSON Web Token") }
    let signed = parts.header + [UInt8(ascii: ".")] + parts.payload
    let key = keys.first { (try? $0.algorithm.verify(signature, signs: signed)) ?? false }
    guard let key else {
      throw TokenRefusal("its signature isn't by the key that it names", isOfKey: true)
    }
    guard
      let claims = try? DefaultJWTParser().jsonDecoder.decode(TokenClaims.self, from: payload),
      // What bears this name elsewhere, such as a snapshot, can't have a NUL in it.
      !claims.sub.isEmpty, !claims.sub.utf8.contains(0)
    else { throw TokenRefusal("it names nobody (sub), or a claim isn't of its type") }
    guard claims.iss.map(ExactName.init) == ExactName(self.issuer) else {
      throw TokenRefusal("its issuer (iss) isn't the one of --jwt-issuer", as: .invalidIssuer)
    }
    return try self.verified(claims, key.origin, now: now)
  }

  private func verified(
    _ claims: TokenClaims,
    _ origin: VerificationKey.Origin,
    now: Date
  ) throws(TokenRefusal) -> VerifiedToken {
    let skew = self.clockSkew
    // A token without an end would be one for ever.
    guard let expiry = claims.exp else { throw TokenRefusal("it has no end (exp)") }
    guard now < expiry + skew else { throw TokenRefusal("it has expired", as: .expiredToken) }
    guard (claims.nbf ?? now) <= now + skew, (claims.iat ?? now) <= now + skew else {
      throw TokenRefusal("it doesn't count yet (nbf, iat)")
    }
    if let audience {
      guard claims.aud?.names.contains(where: { ExactName($0) == ExactName(audience) }) ?? false
      else {
        throw TokenRefusal("it isn't for the audience (aud) of --jwt-audience")
      }
    }
    let role = claims.role.flatMap { Role(rawValue: $0) }
    guard claims.role == nil || role != nil else {
      throw TokenRefusal(
        "its role is none of \(Role.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
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
