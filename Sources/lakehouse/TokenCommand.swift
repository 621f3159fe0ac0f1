internal import ArgumentParser
internal import Auth
internal import Foundation
internal import Server

struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Issue a token for a user or program.",
    discussion: """
      Signs with the secret key that the server has, by --secret-key, LAKEHOUSE_SECRET_KEY, .env or \
      the settings file, and prints the token. Nothing but another secret key takes it back.
      """
  )

  @Option(help: "Whom the token is for.")
  var subject: String

  @Option(help: "What it allows: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
  var role = Role.user

  @Option(help: "How many seconds it is valid for; without it, as long as the server's own.")
  var expires: Int?

  @OptionGroup var options: SettingOptions

  func validate() throws {
    guard !self.subject.isEmpty else { throw ValidationError("--subject: is empty") }
    guard (1...Self.expiryLimit).contains(self.expires ?? 1) else {
      throw ValidationError("--expires: is not between 1 and \(Self.expiryLimit)")
    }
  }

  /// Ten years, in seconds.
  private static let expiryLimit = 10 * 365 * 86_400

  func run() async throws {
    let auth = try self.options.effectiveSettings().configuration.auth
    guard !auth.secretKey.isEmpty else {
      throw ValidationError("--secret-key: the server's secret key is needed")
    }
    let issuer = try await TokenIssuer(
      secret: Array(auth.secretKey.utf8),
      issuer: auth.issuer,
      audience: auth.audience
    )
    let lifetime = self.expires.map { TimeInterval($0) } ?? auth.tokenLifetime / .seconds(1)
    try StandardOutput.print(
      issuer.token(
        for: Principal(name: self.subject, role: self.role),
        method: .token,
        expiry: Date(timeIntervalSinceNow: lifetime)
      )
    )
  }
}

extension Role: ExpressibleByArgument {}
