/// Who is let in, and by what.
///
/// Without any of password, users file, keys and certificates nobody is asked who they are.
package struct AuthConfiguration: Sendable {
  /// The name that goes with ``password``.
  package var username = "lakehouse"
  /// The single configured user's password; empty for none.
  package var password = ""
  /// A file with a `name:role:hash` on each line; read again when it changes.
  package var usersFile: String?
  /// Signs the tokens that the server issues (HS256); empty for one made at random at each start.
  package var secretKey = ""
  /// The issuer of the tokens that are made and of all that are accepted.
  package var issuer = "lakehouse"
  /// The audience that tokens must name; `nil` accepts any.
  package var audience: String?
  /// A PEM file with a public key, or a certificate, for tokens of another issuer (RS256, ES256).
  package var publicKeyFile: String?
  /// Where such keys are published as a JSON Web Key Set.
  package var keySetURL: KeySetURL?
  /// What a token without a `role` claim allows.
  package var defaultRole = Role.user
  package var tokenLifetime = Duration.seconds(86_400)
  /// By how much other machines' clocks may differ.
  package var clockSkew = Duration.seconds(60)
  /// Whether the subject of a client's certificate names its principal.
  package var usesCertificateSubject = false

  package init() {}

  package var isEnabled: Bool {
    !self.password.isEmpty || self.usersFile != nil || self.publicKeyFile != nil
      || self.keySetURL != nil || self.usesCertificateSubject
  }
}
