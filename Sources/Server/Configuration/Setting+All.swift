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
    Setting(
      "log-level",
      \.logging.levels,
      .logLevels,
      "What is logged, on standard error."
    ),
    Setting(
      "log-format",
      \.logging.format,
      .choice,
      "Lines of text for people, or JSON objects for machines."
    ),
    Setting(
      "print-queries",
      \.logging.printsStatements,
      .boolean,
      "Log the statements that clients send."
    ),
    Setting(
      "query-literals",
      \.logging.queryLiterals,
      .choice,
      "What --print-queries does with strings and numbers; likely secrets are always masked."
    ),
    Setting(
      "workers",
      \.engine.workerCount,
      .integer(1...1_024),
      "Threads that run statements: the limit on statements at work."
    ),
    Setting(
      "max-queued-statements",
      \.engine.statementQueueLimit,
      .integer(1...1_000_000),
      "Statements that may wait for a worker."
    ),
    Setting(
      "queue-wait-seconds",
      \.engine.statementQueueWait,
      .secondsOrNone,
      "How long a statement may wait for a worker; 0 for no limit."
    ),
    Setting(
      "max-statements-per-principal",
      \.engine.statementsPerPrincipal,
      .countOrNone,
      "Statements that one principal may have waiting, at work or being read; 0 for no limit."
    ),
    Setting(
      "max-result-rows",
      \.engine.resultRowLimit,
      .countOrNone,
      "Rows that one result may have; 0 for no limit."
    ),
    Setting(
      "max-result-bytes",
      \.engine.resultByteLimit,
      .byteCountOrNone,
      "Bytes that one result may have, as Arrow; 0 for no limit."
    ),
    Setting(
      "memory-limit",
      \.engine.memoryByteLimit,
      .byteCountOrNone,
      "Memory that DuckDB may use; 0 for four fifths of the machine's."
    ),
    Setting(
      "threads",
      \.engine.threadCount,
      .countOrNone,
      "Threads that DuckDB computes with; 0 for one for each processor."
    ),
    Setting(
      "max-spill-bytes",
      \.engine.spillByteLimit,
      .byteCountOrNone,
      "Disk space that DuckDB may spill to; 0 for nine tenths of what is free."
    ),
    Setting(
      "max-connections",
      \.limits.connectionCount,
      .integer(1...1_000_000),
      "Connections that may be open."
    ),
    Setting(
      "max-streams",
      \.limits.streamsPerConnection,
      .integer(1...100_000),
      "Calls that one connection may have open; clients hold further ones back."
    ),
    Setting(
      "max-message-bytes",
      \.limits.messageByteCount,
      .byteCount(1_024...),
      "The size of a message that a client may send."
    ),
    Setting(
      "max-sessions",
      \.engine.sessionLimit,
      .integer(1...1_000_000),
      "Sessions that may be open."
    ),
    Setting(
      "max-sessions-per-principal",
      \.engine.sessionsPerPrincipal,
      .countOrNone,
      "Sessions that one principal may have open; 0 for no limit."
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
      "transaction-lifetime-seconds",
      \.engine.transactionLifetime,
      .secondsOrNone,
      "How long a transaction may be open, used or not, until it is rolled back; 0 for no limit."
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
