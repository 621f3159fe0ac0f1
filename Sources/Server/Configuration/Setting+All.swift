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
      "lockdown",
      \.engine.isLockedDown,
      .optionalBoolean,
      "Keep SQL from the server's files, network and settings; by default where a lake is attached."
    ),
    Setting(
      "ducklake-data-path",
      \.engine.lake.dataPath,
      .dataPath,
      "Serve a DuckLake whose files are in this folder, or under this URL (az://, abfss://, s3://)."
    ),
    Setting(
      "ducklake-catalog",
      \.engine.lake.catalogPath,
      .optionalText,
      "The lake's catalog: a DuckDB file (default: beside the data), or sqlite:FILE."
    ),
    Setting("ducklake-alias", \.engine.lake.alias, .name, "What the lake is called in SQL."),
    Setting(
      "ducklake-encrypted",
      \.engine.lake.isEncrypted,
      .boolean,
      "Encrypt the files of a new lake, with keys in its catalog."
    ),
    Setting(
      "ducklake-wait-seconds",
      \.engine.lake.catalogWait,
      .seconds(),
      "How long the catalog may take to be reachable when the server starts."
    ),
    Setting(
      "pg-host",
      \.engine.lake.postgres.host,
      .optionalText,
      "The PostgreSQL server with the lake's catalog, in place of a file."
    ),
    Setting("pg-port", \.engine.lake.postgres.port, .integer(1...65_535), "Its port."),
    Setting("pg-database", \.engine.lake.postgres.database, .optionalText, "Its database."),
    Setting("pg-user", \.engine.lake.postgres.user, .optionalText, "The role to connect as."),
    Setting(
      "pg-password",
      \.engine.lake.postgres.password,
      .optionalText,
      "The role's password.",
      visibility: .secret
    ),
    Setting(
      "pg-schema",
      \.engine.lake.postgres.schema,
      .optionalText,
      "The schema of the catalog's tables (default: public)."
    ),
    Setting(
      "pg-sslmode",
      \.engine.lake.postgres.sslMode,
      .word(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
      "How the connection to PostgreSQL is encrypted and checked, as libpq has it."
    ),
    Setting(
      "pg-sslrootcert",
      \.engine.lake.postgres.authoritiesPath,
      .text,
      "A PEM file of the authorities that PostgreSQL's certificate may come from."
    ),
    Setting(
      "pg-pool-size",
      \.engine.lake.postgres.connectionLimit,
      .integer(1...1_000),
      "Connections to PostgreSQL that are kept open."
    ),
    Setting(
      "azure-storage-account",
      \.engine.lake.storage.azureAccount,
      .optionalText,
      "The storage account of az:// and abfss:// paths."
    ),
    Setting(
      "azure-connection-string",
      \.engine.lake.storage.azureConnectionString,
      .optionalText,
      "A connection string of Azure storage, in place of an identity.",
      visibility: .secret
    ),
    Setting(
      "s3-endpoint",
      \.engine.lake.storage.s3Endpoint,
      .optionalText,
      "HOST:PORT of S3-compatible storage (default: Amazon's)."
    ),
    Setting(
      "s3-region",
      \.engine.lake.storage.s3Region,
      .optionalText,
      "The region of s3:// paths."
    ),
    Setting(
      "s3-key-id",
      \.engine.lake.storage.s3KeyID,
      .optionalText,
      "The id of the access key for s3:// paths."
    ),
    Setting(
      "s3-secret",
      \.engine.lake.storage.s3Secret,
      .optionalText,
      "The secret of the access key.",
      visibility: .secret
    ),
    Setting(
      "s3-session-token",
      \.engine.lake.storage.s3SessionToken,
      .optionalText,
      "The session token of a temporary access key.",
      visibility: .secret
    ),
    Setting(
      "s3-path-style",
      \.engine.lake.storage.s3UsesPathStyle,
      .boolean,
      "Put the bucket into the path of URLs rather than into the host name."
    ),
    Setting("s3-tls", \.engine.lake.storage.s3UsesTLS, .boolean, "Use TLS for s3:// paths."),
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
      visibility: .masked
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
    Setting(
      "health-check-enabled",
      \.health.isEnabled,
      .boolean,
      "Answer health checks on ports of their own."
    ),
    Setting(
      "health-host",
      \.health.host,
      .optionalText,
      "The address of the health checks (default: the server's own)."
    ),
    Setting(
      "health-port",
      \.health.port,
      .integer(0...65_535),
      "The port of gRPC's health service; 0 takes a free one and logs it."
    ),
    Setting(
      "health-http-port",
      \.health.httpPort,
      .integer(0...65_535),
      "The port of /livez and /readyz over HTTP; 0 takes a free one and logs it."
    ),
    Setting(
      "health-poll-interval",
      \.health.pollInterval,
      .seconds(0.001...),
      "How many seconds pass between two looks at the database and the lake's catalog."
    ),
    Setting(
      "health-timeout-seconds",
      \.health.timeout,
      .seconds(0.001...),
      "How long they may take to answer before the server counts as not serving."
    ),
  ]
}
