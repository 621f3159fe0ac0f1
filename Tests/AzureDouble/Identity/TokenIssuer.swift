import Crypto
import Foundation
import Synchronization

/// Issues access tokens and checks them.
final class TokenIssuer: Sendable {
  private struct Claims: Codable {
    let aud: String
    let iss: String
    let sub: String
    let iat: Int
    let exp: Int
    /// Makes each token another.
    let uti: String
    /// Tokens of an earlier generation have been revoked.
    let generation: Int
  }

  private struct Key: Hashable {
    let audience: TokenAudience
    let clientID: String
  }

  private struct State {
    var settings: TokenSettings
    var latest: [Key: Token] = [:]
    var generation = 0
  }

  private static let header = #"{"alg":"HS256","typ":"JWT"}"#

  private let tenant: String
  private let key = SymmetricKey(size: .bits256)
  private let state: Mutex<State>

  init(tenant: String, settings: TokenSettings) {
    self.tenant = tenant
    self.state = Mutex(State(settings: settings))
  }

  /// The token that an identity gets now: the one before, if that is to be kept yet.
  func token(for audience: TokenAudience, clientID: String) throws -> Token {
    try self.state.withLock { state in
      let key = Key(audience: audience, clientID: clientID)
      let now = Int(Date().timeIntervalSince1970)
      if let margin = state.settings.keptUntilSecondsLeft, let token = state.latest[key],
        token.expiresOn - now > margin
      {
        return token
      }
      return try self.issue(key, now, in: &state)
    }
  }

  /// Issues new tokens in place of the latest ones, which stay valid.
  func renew() throws {
    try self.state.withLock { state in
      let now = Int(Date().timeIntervalSince1970)
      for key in state.latest.keys { _ = try self.issue(key, now, in: &state) }
    }
  }

  /// Makes all tokens so far invalid.
  func revoke() {
    self.state.withLock { state in
      state.generation += 1
      state.latest = [:]
    }
  }

  func change(_ settings: TokenSettings) {
    self.state.withLock { $0.settings = settings }
  }

  /// The latest token of each resource and identity.
  var latest: [Token] {
    self.state.withLock { $0.latest.values.sorted { $0.expiresOn < $1.expiresOn } }
  }

  func check(_ token: String, for audience: TokenAudience) throws(TokenRefusal) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let signature = Data(base64URL: parts[2]),
      HMAC<SHA256>.isValidAuthenticationCode(
        signature,
        authenticating: Data("\(parts[0]).\(parts[1])".utf8),
        using: self.key
      ),
      let content = Data(base64URL: parts[1]),
      let claims = try? JSONDecoder().decode(Claims.self, from: content),
      claims.generation == self.state.withLock({ $0.generation })
    else { throw TokenRefusal(message: "The token's signature is invalid.") }
    guard TokenAudience(claims.aud) == audience else {
      throw TokenRefusal(message: "The token is for another audience.")
    }
    guard Date().timeIntervalSince1970 < Double(claims.exp) else {
      throw TokenRefusal(message: "The token has expired.")
    }
  }

  private func issue(_ key: Key, _ now: Int, in state: inout State) throws -> Token {
    let claims = Claims(
      aud: key.audience.rawValue,
      iss: "https://sts.windows.net/\(self.tenant)/",
      sub: key.clientID,
      iat: now,
      exp: now + state.settings.lifetimeSeconds,
      uti: UUID().uuidString,
      generation: state.generation
    )
    let content = try JSONEncoder().encode(claims)
    let signed = "\(Data(Self.header.utf8).base64URL).\(content.base64URL)"
    let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: self.key)
    let token = Token(
      resource: key.audience.rawValue,
      clientID: key.clientID,
      token: "\(signed).\(Data(code).base64URL)",
      expiresOn: claims.exp
    )
    state.latest[key] = token
    return token
  }
}
