internal import ArgumentParser
internal import Foundation
internal import Server

/// The flags of all settings; what they mean is the server's business.
struct SettingOptions: ParsableArguments {
  @Option(
    help: "A YAML file of settings, by the names of the flags; or named by LAKEHOUSE_CONFIG.",
    completion: .file()
  )
  var config: String?

  @OptionGroup(title: "Settings") var settings: SettingFlags

  /// All settings, from the command line and everywhere else.
  func effectiveSettings() throws -> EffectiveSettings {
    try EffectiveSettings(
      flags: self.settings.texts,
      file: self.config,
      environment: ProcessInfo.processInfo.environment,
      folder: FileManager.default.currentDirectoryPath
    )
  }
}

/// One flag for each ``Setting``, of the same name.
struct SettingFlags: ParsableArguments {
  @Option(help: .setting("host")) var host: String?
  @Option(help: .setting("port")) var port: String?
  @Option(help: .setting("tls-cert"), completion: .file()) var tlsCert: String?
  @Option(help: .setting("tls-key"), completion: .file()) var tlsKey: String?
  @Option(help: .setting("mtls-ca"), completion: .file()) var mtlsCa: String?
  @Option(help: .setting("database"), completion: .file()) var database: String?
  @Flag(inversion: .prefixedNo, help: .setting("read-only")) var readOnly: Bool?
  @Option(help: .setting("init-sql-file"), completion: .file()) var initSqlFile: String?
  @Option(help: .setting("init-sql")) var initSql: String?
  @Option(help: .setting("log-level")) var logLevel: String?
  @Option(help: .setting("log-format")) var logFormat: String?
  @Flag(inversion: .prefixedNo, help: .setting("print-queries")) var printQueries: Bool?
  @Option(help: .setting("query-literals")) var queryLiterals: String?
  @Option(help: .setting("workers")) var workers: String?
  @Option(help: .setting("max-queued-statements")) var maxQueuedStatements: String?
  @Option(help: .setting("queue-wait-seconds")) var queueWaitSeconds: String?
  @Option(help: .setting("max-statements-per-principal")) var maxStatementsPerPrincipal: String?
  @Option(help: .setting("max-result-rows")) var maxResultRows: String?
  @Option(help: .setting("max-result-bytes")) var maxResultBytes: String?
  @Option(help: .setting("memory-limit")) var memoryLimit: String?
  @Option(help: .setting("threads")) var threads: String?
  @Option(help: .setting("max-spill-bytes")) var maxSpillBytes: String?
  @Option(help: .setting("max-connections")) var maxConnections: String?
  @Option(help: .setting("max-streams")) var maxStreams: String?
  @Option(help: .setting("max-message-bytes")) var maxMessageBytes: String?
  @Option(help: .setting("max-sessions")) var maxSessions: String?
  @Option(help: .setting("max-sessions-per-principal")) var maxSessionsPerPrincipal: String?
  @Option(help: .setting("session-idle-seconds")) var sessionIdleSeconds: String?
  @Option(help: .setting("transaction-idle-seconds")) var transactionIdleSeconds: String?
  @Option(help: .setting("transaction-lifetime-seconds")) var transactionLifetimeSeconds: String?
  @Option(help: .setting("statement-timeout-seconds")) var statementTimeoutSeconds: String?
  @Option(help: .setting("shutdown-grace-seconds")) var shutdownGraceSeconds: String?

  /// What was given, by the settings' names.
  var texts: [String: String] {
    [
      "host": self.host,
      "port": self.port,
      "tls-cert": self.tlsCert,
      "tls-key": self.tlsKey,
      "mtls-ca": self.mtlsCa,
      "database": self.database,
      "read-only": self.readOnly.map { "\($0)" },
      "init-sql-file": self.initSqlFile,
      "init-sql": self.initSql,
      "log-level": self.logLevel,
      "log-format": self.logFormat,
      "print-queries": self.printQueries.map { "\($0)" },
      "query-literals": self.queryLiterals,
      "workers": self.workers,
      "max-queued-statements": self.maxQueuedStatements,
      "queue-wait-seconds": self.queueWaitSeconds,
      "max-statements-per-principal": self.maxStatementsPerPrincipal,
      "max-result-rows": self.maxResultRows,
      "max-result-bytes": self.maxResultBytes,
      "memory-limit": self.memoryLimit,
      "threads": self.threads,
      "max-spill-bytes": self.maxSpillBytes,
      "max-connections": self.maxConnections,
      "max-streams": self.maxStreams,
      "max-message-bytes": self.maxMessageBytes,
      "max-sessions": self.maxSessions,
      "max-sessions-per-principal": self.maxSessionsPerPrincipal,
      "session-idle-seconds": self.sessionIdleSeconds,
      "transaction-idle-seconds": self.transactionIdleSeconds,
      "transaction-lifetime-seconds": self.transactionLifetimeSeconds,
      "statement-timeout-seconds": self.statementTimeoutSeconds,
      "shutdown-grace-seconds": self.shutdownGraceSeconds,
    ].compactMapValues { $0 }
  }
}

extension ArgumentHelp {
  /// The help of a setting, with its default.
  fileprivate static func setting(_ name: String) -> ArgumentHelp {
    guard let setting = Setting.named(name) else { preconditionFailure("no setting \(name)") }
    guard !setting.isSwitch, let text = setting.defaultText else {
      return ArgumentHelp(stringLiteral: setting.help)
    }
    return ArgumentHelp(stringLiteral: "\(setting.help) (default: \(text))")
  }
}
