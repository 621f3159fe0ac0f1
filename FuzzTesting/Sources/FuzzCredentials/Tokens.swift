import Foundation
import FuzzDriver
import JWTKit

@testable import Auth

/// Tokens, and the sets of keys that they are verified with.
final class Tokens: @unchecked Sendable {
  private static let secret = Array("fuzz-secret-of-thirty-two-bytes!".utf8)
  private static let issuer = "lakehouse"
  private static let lifetime: TimeInterval = 3_600

  static var ready: Tokens {
    let tokens = Waiting.value { try? await Tokens() }
    guard let tokens else { fatalError("no keys can be made") }
    return tokens
  }

  private let key: VerificationKey
  private let token: String
  private let verifier = TokenVerifier(issuer: Tokens.issuer, audience: nil, clockSkew: 0)

  private init() async throws {
    self.key = try await VerificationKey(secret: Self.secret)
    self.token = try await TokenIssuer(secret: Self.secret, issuer: Self.issuer).token(
      for: Principal(name: "ann", role: .reader),
      method: .basic,
      expiry: Date(timeIntervalSinceNow: Self.lifetime)
    )
  }

  /// Only what was signed verifies: the token itself, whatever is put in, and nothing that differs.
  func checkVerification(_ input: inout FuzzedInput) {
    if input.byte() % 2 == 0 {
      self.checkClaims(input.rest())
    } else {
      self.checkMutation(&input)
    }
  }

  private func checkMutation(_ input: inout FuzzedInput) {
    var bytes = Array(self.token.utf8)
    let start = input.number(below: bytes.count)
    let end = min(bytes.count, start + Int(input.byte() % 8))
    bytes.replaceSubrange(start..<end, with: input.rest())
    let token = String(decoding: bytes, as: UTF8.self)
    guard let verified = self.verify(token) else { return }
    require(verified.subject == "ann" && verified.role == .reader)
    require(Self.bits(of: token) == Self.bits(of: self.token), "\(token) was never signed")
  }

  /// The last character of a part holds bits that count for nothing.
  private static func bits(of token: String) -> [Data?] {
    token.split(separator: ".").map { part in
      let plain = part.replacing("-", with: "+").replacing("_", with: "/")
      return Data(base64Encoded: plain + String(repeating: "=", count: -plain.utf8.count & 3))
    }
  }

  /// Signed claims of any kind: they are refused or tell somebody and an end.
  private func checkClaims(_ claims: [UInt8]) {
    let signed = Self.text(Array(#"{"alg":"HS256"}"#.utf8)) + "." + Self.text(claims)
    guard let signature = try? self.key.algorithm.sign(Array(signed.utf8)) else {
      fatalError("nothing can be signed")
    }
    let token = signed + "." + Self.text(signature)
    guard let verified = self.verify(token) else { return }
    require(!verified.subject.isEmpty && verified.expiry > Date(timeIntervalSinceNow: -1))
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().filter { $0 != "=" }.replacing("+", with: "-")
      .replacing("/", with: "_")
  }

  private func verify(_ token: String) -> VerifiedToken? {
    guard let header = try? TokenVerifier.header(of: token) else { return nil }
    let keys = self.verifier.candidates(for: header, among: [self.key])
    require(keys.isEmpty || header.algorithm == "HS256", "a token has chosen its algorithm")
    return try? self.verifier.verify(token, keys: keys)
  }

  /// Keys of others never verify as the server's own.
  func checkKeySet(_ json: [UInt8]) {
    let keys = Waiting.value { try? await VerificationKey.keys(inKeySet: Data(json)) } ?? []
    require(keys.count <= 100)
    for key in keys {
      require(key.origin == .configured && ["RS256", "ES256"].contains(key.algorithmName))
      _ = try? self.verifier.verify(self.token, keys: [key])
    }
  }
}
