internal import Engine

extension Setting {
  /// Every setting, in the order of the manual.
  package static let all: [Setting] = [
    Setting("host", \.host, .text, "The address to listen on, or unix:PATH."),
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
