internal import Crypto
internal import Logging
internal import Synchronization

/// The users who have passwords: the single configured one and those of the users file.
final class Users: Sendable {
  private struct State {
    var file: UsersFile?
    /// What was last complained about.
    var problem: String?
  }

  /// The configured user's role, as the original's tokens say it.
  private static let configuredRole = Role.user

  /// The configured user's name, which nobody in the users file may have; `nil` without a password.
  private let reservedName: String?
  /// The configured password under the secret key; `nil` without one.
  private let configuredCode: HMAC<SHA256>.MAC?
  private let nameCode: HMAC<SHA256>.MAC
  private let key: SymmetricKey
  private let path: String?
  /// Takes as long to compare with as a user's, so that nobody learns which names there are.
  private let decoy: PasswordHash?
  private let state: Mutex<State>

  init(_ configuration: AuthConfiguration, key: SymmetricKey) throws {
    self.key = key
    self.nameCode = HMAC.authenticationCode(for: Array(configuration.username.utf8), using: key)
    self.configuredCode =
      configuration.password.isEmpty
      ? nil : HMAC.authenticationCode(for: Array(configuration.password.utf8), using: key)
    self.path = configuration.usersFile
    let reserved = configuration.password.isEmpty ? nil : configuration.username
    self.reservedName = reserved
    let file = try configuration.usersFile.map { try UsersFile(path: $0, reserved: reserved) }
    self.decoy = file == nil ? nil : try PasswordHash(of: "")
    self.state = Mutex(State(file: file))
  }

  /// Whether checking a password takes long, and belongs on a thread that may.
  var isSlow: Bool { self.path != nil }

  /// The role of the user with that password; `nil` if there is none.
  func role(of username: String, password: String) -> Role? {
    // Both are compared whatever the first comparison says.
    let hasName = HMAC<SHA256>.isValidAuthenticationCode(
      self.nameCode,
      authenticating: Array(username.utf8),
      using: self.key
    )
    let hasPassword =
      self.configuredCode.map {
        HMAC<SHA256>.isValidAuthenticationCode(
          $0,
          authenticating: Array(password.utf8),
          using: self.key
        )
      } ?? false
    let isConfigured = hasName && hasPassword
    guard let file = self.state.withLock({ $0.file }) else {
      return isConfigured ? Self.configuredRole : nil
    }
    let user = file[username]
    let matches = (user?.hash ?? self.decoy)?.matches(password) ?? false
    if isConfigured { return Self.configuredRole }
    return matches && user?.hash != nil ? user?.role : nil
  }

  /// The role of a user by name alone; `nil` if there is no such user (any more).
  func role(of username: String) -> Role? {
    if let reservedName, ExactName(username) == ExactName(reservedName) {
      return Self.configuredRole
    }
    return self.state.withLock { $0.file?[username]?.role }
  }

  /// Reads the users file again; one that can't be used is reported once, and the users stay.
  ///
  /// - Returns: Whether there are other users now.
  func reloadIfChanged(_ logger: Logger) -> Bool {
    guard let path else { return false }
    do throws(AuthConfigurationError) {
      let file = try UsersFile(path: path, reserved: self.reservedName)
      let isChanged = self.state.withLock { state in
        defer { state = State(file: file) }
        return state.file != file
      }
      if isChanged { logger.info("users: using the changed file", metadata: ["path": "\(path)"]) }
      return isChanged
    } catch {
      let isNew = self.state.withLock { state in
        defer { state.problem = error.description }
        return state.problem != error.description
      }
      if isNew { logger.error("users: keeping the ones there are: \(error)") }
      return false
    }
  }
}
