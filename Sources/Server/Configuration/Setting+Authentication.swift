internal import Auth

extension Setting {
  /// Who is let in.
  static let authentication: [Setting] = [
    Setting(
      "mtls-principal",
      \.auth.usesCertificateSubject,
      .boolean,
      "Take the common name of a client's certificate for its user name."
    ),
    Setting(
      "username",
      \.auth.username,
      .text,
      "The name that goes with the password."
    ),
    Setting(
      "password",
      \.auth.password,
      .text,
      "The password of the single user; without one, nobody is asked for it.",
      visibility: .secret
    ),
    Setting(
      "users-file",
      \.auth.usersFile,
      .optionalText,
      "A file of users, one name:role:hash on each line; read again when it changes."
    ),
    Setting(
      "secret-key",
      \.auth.secretKey,
      .text,
      "Signs the tokens that the server issues (HS256); else one is made at each start.",
      visibility: .secret
    ),
    Setting(
      "jwt-issuer",
      \.auth.issuer,
      .nonEmptyText,
      "The issuer of the tokens that are issued, and of all that are accepted."
    ),
    Setting(
      "jwt-audience",
      \.auth.audience,
      .optionalText,
      "The audience that tokens must be for."
    ),
    Setting(
      "jwt-public-key",
      \.auth.publicKeyFile,
      .optionalText,
      "A PEM file with a public key that tokens may be signed with (RS256, ES256)."
    ),
    Setting(
      "jwks-url",
      \.auth.keySetURL,
      .keySetURL,
      "Where such keys are published as a JSON Web Key Set."
    ),
    Setting(
      "jwt-default-role",
      \.auth.defaultRole,
      .role,
      "The role of tokens and certificates that name none."
    ),
    Setting(
      "jwt-lifetime-seconds",
      \.auth.tokenLifetime,
      .seconds(1...),
      "How long the tokens that the server issues are valid."
    ),
    Setting(
      "jwt-clock-skew-seconds",
      \.auth.clockSkew,
      .seconds(),
      "By how much the clocks of other issuers may differ."
    ),
    Setting(
      "insecure",
      \.isInsecure,
      .boolean,
      "Listen where others can reach the server though nobody is asked who they are."
    ),
  ]
}
