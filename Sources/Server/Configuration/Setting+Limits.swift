internal import Engine

extension Setting {
  /// How much there may be of what, and for how long.
  static let limits: [Setting] = [
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
      .countOrNone(upTo: 1_024),
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
      // gRPC tells a message's length in four bytes.
      .byteCount(1_024...1 << 32),
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
      "max-polled-statements-per-principal",
      \.engine.polledStatementsPerPrincipal,
      .countOrNone,
      "Statements that one principal may poll for, with those whose results are kept; 0 for no limit but that of all."
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
      "How long DuckDB may work for a statement, an ingestion's waiting for rows included; 0 for no limit."
    ),
    Setting(
      "shutdown-grace-seconds",
      \.shutdownGrace,
      .seconds(),
      "How long running statements may go on once the server is told to end."
    ),
  ]
}
