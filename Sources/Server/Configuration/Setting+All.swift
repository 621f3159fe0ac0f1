internal import Auth
internal import Engine

extension Setting {
  /// Every setting, in the order of the manual.
  package static let all: [Setting] = [
    Setting(
      "host",
      \.host,
      .optionalText,
      "The address to listen on, or unix:PATH; else 0.0.0.0 where clients are asked who they are, "
        + "and 127.0.0.1 where they aren't."
    ),
    Setting(
      "port",
      \.port,
      .integer(0...65_535),
      "The port to listen on; 0 takes a free one and prints it."
    ),
    Setting(
      "tls-cert",
      \.certificateChainPath,
      .optionalText,
      "A PEM file with the server's certificate, for TLS; read again when it changes."
    ),
    Setting(
      "tls-key",
      \.privateKeyPath,
      .optionalText,
      "A PEM file with the certificate's private key."
    ),
    Setting(
      "mtls-ca",
      \.clientAuthoritiesPath,
      .optionalText,
      "A PEM file with the authorities whose clients' certificates are accepted (mTLS)."
    ),
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
      .textOrEmpty,
      "The password of the single user; without one, nobody is asked for it.",
      isSecret: true
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
      .textOrEmpty,
      "Signs the tokens that the server issues (HS256); else one is made at each start.",
      isSecret: true
    ),
    Setting(
      "jwt-issuer",
      \.auth.issuer,
      .text,
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
      .optionalText,
      "Where such keys are published as a JSON Web Key Set."
    ),
    Setting(
      "jwt-default-role",
      \.auth.defaultRole,
      .role,
      "What tokens and certificates allow that don't say it."
    ),
    Setting(
      "jwt-lifetime-seconds",
      \.auth.tokenLifetime,
      .seconds(1...),
      "How long tokens count that the server issues."
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
    Setting("database", \.engine.databasePath, .text, "The database file, or ':memory:'."),
    Setting(
      "read-only",
      \.engine.isReadOnly,
      .boolean,
      "Refuse everything that writes to the database."
    ),
    Setting(
      "init-sql-file",
      \.initialSQLPath,
      .optionalText,
      "A file of SQL to run before the first client."
    ),
    Setting(
      "init-sql",
      \.initialSQL,
      .optionalText,
      "SQL to run before the first client, after the file's.",
      isSecret: true
    ),
    Setting("log-level", \.logLevel, .logLevel, "What is logged, on standard error."),
    Setting(
      "print-queries",
      \.printsStatements,
      .boolean,
      "Log the statements that clients send."
    ),
    Setting(
      "workers",
      \.engine.workerCount,
      .integer(1...1_024),
      "Threads that run statements: the limit on statements at work."
    ),
    Setting(
      "session-idle-seconds",
      \.engine.sessionIdleLifetime,
      .seconds(0.001...),
      "How long a session may be unused until it is closed."
    ),
    Setting(
      "transaction-idle-seconds",
      \.engine.transactionIdleLifetime,
      .seconds(0.001...),
      "How long a transaction may be unused until it is rolled back."
    ),
    Setting(
      "statement-timeout-seconds",
      \.engine.statementTimeout,
      .secondsOrNone,
      "How long DuckDB may work for one statement, waiting for its client aside; 0 for no limit."
    ),
    Setting(
      "shutdown-grace-seconds",
      \.shutdownGrace,
      .seconds(),
      "How long running statements may go on after SIGTERM or SIGINT."
    ),
  ]
}
