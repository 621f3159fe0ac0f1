import Auth
import Crypto
import Foundation
import Logging
import Testing

@Suite struct AuthenticatorTests {
  static let secret = "a secret key of thirty-two bytes"
  let authenticator: Authenticator

  init() async throws {
    self.authenticator = try await Self.authenticator()
  }

  static func authenticator(
    _ change: (inout AuthConfiguration) -> Void = { _ in }
  ) async throws -> Authenticator {
    var configuration = AuthConfiguration()
    configuration.username = "anna"
    configuration.password = "correct"
    configuration.secretKey = Self.secret
    change(&configuration)
    return try await Authenticator(
      configuration,
      logger: Logger(label: "test") { _ in
        SwiftLogNoOpLogHandler()
      }
    )
  }

  func identity(
    _ header: String?,
    address: String = "192.0.2.1",
    certificate: String? = nil
  ) async throws -> Identity {
    try await self.authenticator.identity(
      authorization: header,
      certificate: certificate.map { ($0, .distantFuture) },
      address: address
    )
  }

  static func basic(_ username: String, _ password: String) -> String {
    "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
  }

  // MARK: - Passwords

  @Test func `name and password are both checked`() async throws {
    let identity = try await self.identity(Self.basic("anna", "correct"))
    #expect(identity.principal == Principal(name: "anna", role: .user))
    #expect(identity.wantsToken)
    for (name, password) in [
      ("anna", "wrong"), ("bo", "correct"), ("anna", ""), ("Anna", "correct"),
    ] {
      await #expect(throws: AuthenticationError.invalidCredentials) {
        try await self.identity(Self.basic(name, password), address: password)
      }
    }
  }

  @Test func `a call without a header is refused`() async {
    await #expect(throws: AuthenticationError.headerRequired) {
      try await self.identity(nil, certificate: "anna")
    }
  }

  @Test func `after failures logins are refused unseen, but not where the user was before`()
    async throws
  {
    _ = try await self.identity(Self.basic("anna", "correct"), address: "home")
    for _ in 0..<5 {
      await #expect(throws: AuthenticationError.invalidCredentials) {
        try await self.authenticator.login("anna", password: "wrong", address: "stranger")
      }
    }
    await #expect(throws: AuthenticationError.tooManyFailures(seconds: 1)) {
      try await self.authenticator.login("anna", password: "correct", address: "stranger")
    }
    let identity = try await self.authenticator.login("anna", password: "correct", address: "home")
    #expect(identity.principal.name == "anna")
  }

  @Test func `who guesses is slowed down where the answer is remembered, too`() async throws {
    let header = Self.basic("anna", "correct")
    _ = try await self.identity(header, address: "home")
    _ = try await self.identity(header, address: "shared")
    for address in ["stranger", "shared"] {
      for _ in 0..<5 {
        await #expect(throws: AuthenticationError.self) {
          try await self.identity(Self.basic("anna", "wrong"), address: address)
        }
      }
      await #expect(throws: AuthenticationError.self) {
        try await self.identity(header, address: address)
      }
    }
    #expect(try await self.identity(header, address: "home").principal.name == "anna")
  }

  @Test func `a certificate's token ends with it`() async throws {
    let authenticator = try await Self.authenticator { $0.usesCertificateSubject = true }
    let end = Date(timeIntervalSinceNow: 100)
    let identity = try await authenticator.identity(
      authorization: nil,
      certificate: ("robot", end),
      address: "a"
    )
    let token = try authenticator.token(for: identity, session: "0123")
    let known = try await authenticator.identity(ofToken: token)
    #expect(try #require(known.expiry) <= end)
  }

  @Test func `names that Unicode has for the same are others`() throws {
    #expect("K" == "\u{212A}", "as Swift compares them")
    #expect(Principal(name: "K", role: .user) != Principal(name: "\u{212A}", role: .user))
    let file = try UsersFile("K:admin:-\n\u{212A}:reader:-\n", path: "users")
    #expect(file["K"]?.role == .admin)
    #expect(file["\u{212A}"]?.role == .reader)
  }

  @Test func `a certificate names the principal where the setting says so`() async throws {
    let authenticator = try await Self.authenticator { $0.usesCertificateSubject = true }
    let identity = try await authenticator.identity(
      authorization: nil,
      certificate: ("robot", .distantFuture),
      address: "a"
    )
    #expect(identity.principal == Principal(name: "robot", role: .user))
  }

  // MARK: - Tokens

  @Test func `a token brings its principal and session back`() async throws {
    let identity = try await self.identity(Self.basic("anna", "correct"))
    let token = try self.authenticator.token(for: identity, session: "0123")
    let known = try await self.identity("Bearer " + token)
    #expect(known.principal == identity.principal)
    #expect(known.session == "0123")
    #expect(!known.wantsToken)
  }

  @Test func `tokens of another key are refused`() async throws {
    let other = try await Self.authenticator { $0.secretKey = "another key of thirty-two bytes." }
    let token = try other.token(
      for: try await self.identity(Self.basic("anna", "correct")),
      session: ""
    )
    await #expect(throws: AuthenticationError.invalidToken) {
      try await self.identity("Bearer " + token)
    }
  }

  @Test func `the token of a user who is gone is refused`() async throws {
    let token = try self.authenticator.token(
      for: try await self.identity(Self.basic("anna", "correct")),
      session: ""
    )
    let later = try await Self.authenticator { $0.username = "bo" }
    await #expect(throws: AuthenticationError.invalidToken) {
      try await later.identity(ofToken: token)
    }
  }

  private func signed(_ claims: [String: Any], algorithm: String = "HS256") throws -> String {
    let header = try JSONSerialization.data(withJSONObject: ["alg": algorithm, "typ": "JWT"])
    let payload = try JSONSerialization.data(withJSONObject: claims)
    let text = header.base64URL + "." + payload.base64URL
    let key = SymmetricKey(data: Data(Self.secret.utf8))
    return text + "."
      + Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)).base64URL
  }

  private func claims(_ changes: [String: Any?] = [:]) -> [String: Any] {
    let now = Int(Date().timeIntervalSince1970)
    var claims: [String: Any] = ["sub": "zoe", "iss": "lakehouse", "iat": now, "exp": now + 60]
    for (name, value) in changes { claims[name] = value }
    return claims
  }

  @Test func `a token of the original's is accepted`() async throws {
    let claims = self.claims(["instance_id": "", "role": "reader", "jti": "x"])
    let identity = try await self.identity("Bearer " + (try self.signed(claims)))
    #expect(identity.principal == Principal(name: "zoe", role: .reader))
  }

  @Test(arguments: [1e18, 1e21, 1e300])
  func `a token that outlives all calendars is accepted`(expiry: Double) async throws {
    let token = try self.signed(self.claims(["exp": expiry]))
    for _ in 1...2 {
      #expect(try await self.identity("Bearer " + token).principal.name == "zoe")
    }
  }

  @Test func `a token without a role has the default one`() async throws {
    let token = try self.signed(self.claims())
    let strict = try await Self.authenticator { $0.defaultRole = .reader }
    #expect(try await self.authenticator.identity(ofToken: token).principal.role == .user)
    #expect(try await strict.identity(ofToken: token).principal.role == .reader)
  }

  @Test func `claims that don't hold are refused`() async throws {
    let now = Int(Date().timeIntervalSince1970)
    let cases: [([String: Any?], AuthenticationError)] = [
      (["iss": "stranger"], .invalidIssuer), (["iss": nil], .invalidIssuer),
      (["exp": now - 120], .expiredToken), (["exp": nil], .invalidToken),
      (["nbf": now + 120], .invalidToken), (["iat": now + 120], .invalidToken),
      (["sub": nil], .invalidToken), (["sub": ""], .invalidToken), (["sub": 7], .invalidToken),
      (["role": "root"], .invalidToken), (["exp": "soon"], .invalidToken),
      (["auth_method": "basic"], .invalidToken),
    ]
    for (changes, expected) in cases {
      let token = try self.signed(self.claims(changes))
      await #expect(throws: expected, "\(changes)") {
        try await self.authenticator.identity(ofToken: token)
      }
    }
  }

  @Test func `clocks may differ a little`() async throws {
    let now = Int(Date().timeIntervalSince1970)
    let claims = self.claims(["exp": now - 30, "nbf": now + 30, "iat": now + 30])
    _ = try await self.authenticator.identity(ofToken: try self.signed(claims))
  }

  @Test func `where an audience is wanted, tokens must be for it`() async throws {
    let authenticator = try await Self.authenticator { $0.audience = "lake" }
    for audience: Any in ["lake", ["pond", "lake"]] {
      _ = try await authenticator.identity(
        ofToken: try self.signed(self.claims(["aud": audience]))
      )
    }
    for audience: Any? in ["pond", [String](), nil] {
      let token = try self.signed(self.claims(["aud": audience]))
      await #expect(throws: AuthenticationError.invalidToken) {
        try await authenticator.identity(ofToken: token)
      }
    }
  }

  @Test(arguments: ["none", "None", "HS512", "RS256", "", "hs256"])
  func `a token chooses no algorithm`(_ algorithm: String) async throws {
    let token = try self.signed(self.claims(), algorithm: algorithm)
    let unsigned = token.split(separator: ".").prefix(2).joined(separator: ".") + "."
    for text in [token, unsigned] {
      await #expect(throws: AuthenticationError.invalidToken) {
        try await self.authenticator.identity(ofToken: text)
      }
    }
  }

  @Test func `no part of a token can be changed`() async throws {
    let token = try self.signed(self.claims())
    _ = try await self.authenticator.identity(ofToken: token)
    // The last character of a signature has bits that mean nothing.
    for index in token.indices.dropLast() where token[index] != "." {
      var changed = token
      let replacement = token[index] == "A" ? "B" : "A"
      changed.replaceSubrange(index...index, with: replacement)
      await #expect(throws: AuthenticationError.self) {
        try await self.authenticator.identity(ofToken: changed)
      }
    }
  }

  @Test(arguments: ["", ".", "..", "...", "a.b.c", "e30.e30.", "€.€.€", "e30=.e30=.e30="])
  func `what is no token is refused`(_ text: String) async {
    await #expect(throws: AuthenticationError.invalidToken) {
      try await self.authenticator.identity(ofToken: text)
    }
  }

  // MARK: - Public keys

  @Test func `a public key verifies its algorithm's tokens, and is no secret key`() async throws {
    let key = P256.Signing.PrivateKey()
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pem")
    let pem = key.publicKey.pemRepresentation
    try pem.write(to: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: path) }
    let authenticator = try await Self.authenticator { $0.publicKeyFile = path.path }

    let header = Data(#"{"alg":"ES256"}"#.utf8).base64URL
    let payload = try JSONSerialization.data(
      withJSONObject: self.claims(["role": "admin", "session": "0123"])
    )
    let text = header + "." + payload.base64URL
    let signature = try key.signature(for: Data(text.utf8)).rawRepresentation
    let identity = try await authenticator.identity(ofToken: text + "." + signature.base64URL)
    #expect(identity.principal == Principal(name: "zoe", role: .admin))
    #expect(identity.session == nil, "sessions are named by the server's own tokens alone")

    // The public key as an HMAC secret, which everybody knows.
    let forged = Data(#"{"alg":"HS256"}"#.utf8).base64URL + "." + payload.base64URL
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(forged.utf8),
      using: SymmetricKey(data: Data(pem.utf8))
    )
    await #expect(throws: AuthenticationError.invalidToken) {
      try await authenticator.identity(ofToken: forged + "." + Data(code).base64URL)
    }
  }
}

extension Data {
  fileprivate var base64URL: String {
    self.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }
}
