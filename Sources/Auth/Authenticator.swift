internal import Crypto
package import Foundation
package import Logging
internal import NIOPosix
internal import Synchronization

/// Finds out who makes a call.
package final class Authenticator: Sendable {
  /// Threads that check slow password hashes, and with them how many are checked at once.
  private static let threadCount = 2
  /// Logins that may wait for one of those threads.
  private static let loginQueueLimit = 64
  /// As many as HS256 makes.
  private static let recommendedKeyByteCount = 32
  /// How much of what a token's header says is logged.
  private static let loggedHeaderLength = 64
  /// How often files and published keys are looked after.
  private static let maintenanceInterval = Duration.seconds(5)

  private let configuration: AuthConfiguration
  private let logger: Logger
  private let users: Users
  private let issuer: TokenIssuer
  private let verifier: TokenVerifier
  /// The secret key and the public one of a file.
  private let keys: [VerificationKey]
  private let published: PublishedKeys?
  private let verified = VerifiedCredentials()
  private let attempts: LoginAttempts
  private let threads: NIOThreadPool
  private let waitingLogins = Mutex(0)

  package init(_ configuration: AuthConfiguration, logger: Logger) async throws {
    let secret =
      configuration.secretKey.isEmpty
      ? SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
      : Array(configuration.secretKey.utf8)
    self.configuration = configuration
    self.logger = logger
    self.users = try Users(configuration, key: SymmetricKey(data: secret))
    self.issuer = try await TokenIssuer(
      secret: secret,
      issuer: configuration.issuer,
      audience: configuration.audience
    )
    self.verifier = TokenVerifier(
      issuer: configuration.issuer,
      audience: configuration.audience,
      clockSkew: configuration.clockSkew / .seconds(1)
    )
    var keys = [try await VerificationKey(secret: secret)]
    if let path = configuration.publicKeyFile {
      keys.append(try await VerificationKey(pemFile: path))
    }
    self.keys = keys
    self.published = configuration.keySetURL.map { PublishedKeys(url: $0, logger: logger) }
    self.attempts = LoginAttempts()
    self.threads = NIOThreadPool(numberOfThreads: Self.threadCount)
    self.threads.start()
    if configuration.isEnabled { self.warnOfKey(logger) }
  }

  private func warnOfKey(_ logger: Logger) {
    if self.configuration.secretKey.isEmpty {
      logger.notice("no secret key is set: tokens end with this process")
    } else if self.configuration.secretKey.utf8.count < Self.recommendedKeyByteCount {
      logger.warning(
        "the secret key has less than \(Self.recommendedKeyByteCount) bytes: it may be guessed"
      )
    }
  }

  /// Looks after files and published keys until it is cancelled.
  package func maintain() async throws {
    while true {
      await self.published?.refreshIfDue()
      try await Task.sleep(for: Self.maintenanceInterval)
      if self.users.reloadIfChanged(self.logger) { self.verified.removeAll() }
    }
  }

  package func close() async throws {
    try await self.threads.shutdownGracefully()
  }
}

// MARK: - Who it is

extension Authenticator {
  package var isEnabled: Bool { self.configuration.isEnabled }

  /// Whether a client's certificate may name it.
  package var usesCertificates: Bool { self.configuration.usesCertificateSubject }

  /// - Parameters:
  ///   - header: The call's `authorization` header.
  ///   - certificate: Whom the client's certificate names, and its end.
  ///   - address: The peer's, without the port.
  package func identity(
    authorization header: String?,
    certificate: (name: String, expiry: Date)?,
    address: String
  ) async throws -> Identity {
    guard let header else {
      if self.configuration.usesCertificateSubject, let certificate {
        return self.identity(ofCertificate: certificate.name, expiry: certificate.expiry)
      }
      throw AuthenticationError.headerRequired
    }
    // A token's: a password is remembered together with its address.
    if let known = self.verified[header] { return known }
    switch try Credential(authorization: header) {
    case .password(let username, let password):
      // Whoever guesses is slowed down, also where the right answer is remembered.
      try self.attempts.requireAllowed(name: username, address: address)
      let shown = header + "\n" + address
      if let known = self.verified[shown] { return known }
      return try await self.remembering(shown) {
        try await self.login(username, password: password, address: address)
      }
    case .token(let token):
      return try await self.remembering(header) {
        try await self.identity(ofToken: token, address: address)
      }
    }
  }

  /// Checks credentials with `check`, and remembers whose they are.
  private func remembering(
    _ shown: String,
    _ check: () async throws -> Identity
  ) async throws -> Identity {
    let generation = self.verified.generation
    let identity = try await check()
    self.verified.remember(identity, for: shown, since: generation)
    return identity
  }

  private func identity(ofCertificate name: String, expiry: Date) -> Identity {
    let principal = Principal(name: name, role: self.role(ofCertificate: name))
    return Identity(principal: principal, method: .certificate, expiry: expiry)
  }

  private func role(ofCertificate name: String) -> Role {
    self.users.role(of: name) ?? self.configuration.defaultRole
  }

  package func login(
    _ username: String,
    password: String,
    address: String
  ) async throws -> Identity {
    guard !username.isEmpty else { throw AuthenticationError.emptyUsername }
    try self.attempts.requireAllowed(name: username, address: address)
    guard self.users.isSlow else {
      return try self.checkedLogin(username, password: password, address: address)
    }
    try self.waitingLogins.withLock { count throws(AuthenticationError) in
      guard count < Self.loginQueueLimit else {
        throw .tooManyLogins(limit: Self.loginQueueLimit)
      }
      count += 1
    }
    defer { self.waitingLogins.withLock { $0 -= 1 } }
    return try await self.threads.runIfActive {
      // Others may have failed while this one waited.
      try self.attempts.requireAllowed(name: username, address: address)
      return try self.checkedLogin(username, password: password, address: address)
    }
  }

  private func checkedLogin(
    _ username: String,
    password: String,
    address: String
  ) throws(AuthenticationError) -> Identity {
    guard let role = self.users.role(of: username, password: password) else {
      self.attempts.noteFailure(name: username, address: address)
      // Without the name, which may be a password in the wrong place.
      self.logger.notice("a login failed", metadata: ["peer": "\(address)"])
      throw .invalidCredentials
    }
    self.attempts.noteSuccess(name: username, address: address)
    return Identity(principal: Principal(name: username, role: role), method: .basic)
  }
}

// MARK: - Tokens

extension Authenticator {
  /// A token for whoever made a call, ending no later than what they showed.
  package func token(for identity: Identity, session: String) throws -> String {
    let end = Date(timeIntervalSinceNow: self.configuration.tokenLifetime / .seconds(1))
    return try self.issuer.token(
      for: identity.principal,
      method: identity.method,
      session: session,
      expiry: identity.expiry.map { min($0, end) } ?? end
    )
  }

  package func identity(
    ofToken token: String,
    address: String = "unknown"
  ) async throws -> Identity {
    var header: TokenVerifier.Header?
    do {
      let known = try TokenVerifier.header(of: token)
      header = known
      return try await self.identity(ofToken: token, header: known)
    } catch let refusal as TokenRefusal {
      self.note(refusal, header, address: address)
      throw refusal.error
    }
  }

  private func identity(
    ofToken token: String,
    header: TokenVerifier.Header
  ) async throws -> Identity {
    let verified = try await self.verified(token, header)
    let role = verified.role ?? self.configuration.defaultRole
    let method =
      verified.origin == .own
      ? verified.method.flatMap { AuthenticationMethod(rawValue: $0) } ?? .token : .token
    // The token of a user who is gone, or has another role now, is worth nothing any more.
    let roleNow: Role? =
      switch method {
      case .basic: self.users.role(of: verified.subject)
      case .certificate: self.role(ofCertificate: verified.subject)
      case .token: role
      }
    guard roleNow == role else {
      throw TokenRefusal("its user is gone, or has another role now")
    }
    return Identity(
      principal: Principal(name: verified.subject, role: role),
      method: method,
      session: verified.session,
      expiry: verified.expiry
    )
  }

  /// Who issues tokens needs to know what is wrong with them; whoever brings one doesn't.
  private func note(
    _ refusal: TokenRefusal,
    _ header: TokenVerifier.Header?,
    address: String
  ) {
    var metadata: Logger.Metadata = ["peer": "\(address)"]
    if let header {
      metadata["algorithm"] = "\(header.algorithm.prefix(Self.loggedHeaderLength))"
      metadata["key"] = header.keyIdentifier.map { "\($0.prefix(Self.loggedHeaderLength))" }
    }
    self.logger.notice("a token was refused: \(refusal.reason)", metadata: metadata)
  }

  private func verified(
    _ token: String,
    _ header: TokenVerifier.Header
  ) async throws -> VerifiedToken {
    func verify(with keys: [VerificationKey]) throws(TokenRefusal) -> VerifiedToken {
      try self.verifier.verify(token, keys: self.verifier.candidates(for: header, among: keys))
    }
    do {
      return try verify(with: self.keys + (self.published?.keys ?? []))
    } catch {
      // The server's own keys don't wait for where others are published.
      guard let published, error.isOfKey, self.mayBeNew(header, among: published.keys) else {
        throw error
      }
      await published.refresh()
      return try verify(with: published.keys)
    }
  }

  /// Whether the key that a token names may have been published since keys were fetched.
  private func mayBeNew(_ header: TokenVerifier.Header, among keys: [VerificationKey]) -> Bool {
    ["RS256", "ES256"].contains(header.algorithm)
      && !keys.contains { key in
        key.algorithmName == header.algorithm
          && (header.keyIdentifier == nil || key.identifier == header.keyIdentifier)
      }
  }
}
