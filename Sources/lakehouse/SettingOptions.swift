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
  @Flag(inversion: .prefixedNo, help: .setting("mtls-principal")) var mtlsPrincipal: Bool?
  @Option(help: .setting("username")) var username: String?
  @Option(help: .setting("password")) var password: String?
  @Option(help: .setting("password-file"), completion: .file()) var passwordFile: String?
  @Option(help: .setting("users-file"), completion: .file()) var usersFile: String?
  @Option(help: .setting("secret-key")) var secretKey: String?
  @Option(help: .setting("secret-key-file"), completion: .file()) var secretKeyFile: String?
  @Option(help: .setting("jwt-issuer")) var jwtIssuer: String?
  @Option(help: .setting("jwt-audience")) var jwtAudience: String?
  @Option(help: .setting("jwt-public-key"), completion: .file()) var jwtPublicKey: String?
  @Option(help: .setting("jwks-url")) var jwksUrl: String?
  @Option(help: .setting("jwt-default-role"), completion: .words("jwt-default-role"))
  var jwtDefaultRole: String?
  @Option(help: .setting("jwt-lifetime-seconds")) var jwtLifetimeSeconds: String?
  @Option(help: .setting("jwt-clock-skew-seconds")) var jwtClockSkewSeconds: String?
  @Flag(inversion: .prefixedNo, help: .setting("insecure")) var insecure: Bool?
  @Option(help: .setting("database"), completion: .file()) var database: String?
  @Flag(inversion: .prefixedNo, help: .setting("read-only")) var readOnly: Bool?
  @Flag(inversion: .prefixedNo, help: .setting("lockdown")) var lockdown: Bool?
  @Option(help: .setting("ducklake-data-path"), completion: .directory) var ducklakeDataPath:
    String?
  @Option(help: .setting("ducklake-catalog"), completion: .file()) var ducklakeCatalog: String?
  @Option(help: .setting("ducklake-alias")) var ducklakeAlias: String?
  @Flag(inversion: .prefixedNo, help: .setting("ducklake-encrypted")) var ducklakeEncrypted: Bool?
  @Option(help: .setting("ducklake-inlined-rows")) var ducklakeInlinedRows: String?
  @Option(help: .setting("ducklake-wait-seconds")) var ducklakeWaitSeconds: String?
  @Option(help: .setting("maintenance-interval-seconds")) var maintenanceIntervalSeconds: String?
  @Option(help: .setting("maintenance-retention-seconds")) var maintenanceRetentionSeconds: String?
  @Flag(inversion: .prefixedNo, help: .setting("maintenance-orphans")) var maintenanceOrphans: Bool?
  @Option(help: .setting("pg-host")) var pgHost: String?
  @Option(help: .setting("pg-port")) var pgPort: String?
  @Option(help: .setting("pg-database")) var pgDatabase: String?
  @Option(help: .setting("pg-user")) var pgUser: String?
  @Option(help: .setting("pg-password")) var pgPassword: String?
  @Option(help: .setting("pg-password-file"), completion: .file()) var pgPasswordFile: String?
  @Option(help: .setting("pg-schema")) var pgSchema: String?
  @Option(help: .setting("pg-sslmode"), completion: .words("pg-sslmode"))
  var pgSslmode: String?
  @Option(help: .setting("pg-sslrootcert"), completion: .file()) var pgSslrootcert: String?
  @Option(help: .setting("pg-pool-size")) var pgPoolSize: String?
  @Option(help: .setting("azure-storage-account")) var azureStorageAccount: String?
  @Option(help: .setting("azure-storage-endpoint")) var azureStorageEndpoint: String?
  @Option(help: .setting("azure-connection-string")) var azureConnectionString: String?
  @Option(help: .setting("azure-connection-string-file"), completion: .file())
  var azureConnectionStringFile: String?
  @Option(help: .setting("s3-endpoint")) var s3Endpoint: String?
  @Option(help: .setting("s3-region")) var s3Region: String?
  @Option(help: .setting("s3-key-id")) var s3KeyId: String?
  @Option(help: .setting("s3-secret")) var s3Secret: String?
  @Option(help: .setting("s3-secret-file"), completion: .file()) var s3SecretFile: String?
  @Option(help: .setting("s3-session-token")) var s3SessionToken: String?
  @Option(help: .setting("s3-session-token-file"), completion: .file()) var s3SessionTokenFile:
    String?
  @Flag(inversion: .prefixedNo, help: .setting("s3-path-style")) var s3PathStyle: Bool?
  @Flag(inversion: .prefixedNo, help: .setting("s3-tls")) var s3Tls: Bool?
  @Option(help: .setting("azure-credential"), completion: .words("azure-credential"))
  var azureCredential: String?
  @Option(help: .setting("azure-storage-resource")) var azureStorageResource: String?
  @Option(help: .setting("azure-postgres-resource")) var azurePostgresResource: String?
  @Option(help: .setting("pg-token-refresh-minutes")) var pgTokenRefreshMinutes: String?
  @Option(help: .setting("init-sql-file"), completion: .file()) var initSqlFile: String?
  @Option(help: .setting("init-sql")) var initSql: String?
  @Option(help: .setting("log-level")) var logLevel: String?
  @Option(help: .setting("log-format"), completion: .words("log-format"))
  var logFormat: String?
  @Flag(inversion: .prefixedNo, help: .setting("print-queries")) var printQueries: Bool?
  @Option(help: .setting("query-literals"), completion: .words("query-literals"))
  var queryLiterals: String?
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
  @Option(help: .setting("max-polled-statements-per-principal"))
  var maxPolledStatementsPerPrincipal: String?
  @Option(help: .setting("session-idle-seconds")) var sessionIdleSeconds: String?
  @Option(help: .setting("transaction-idle-seconds")) var transactionIdleSeconds: String?
  @Option(help: .setting("transaction-lifetime-seconds")) var transactionLifetimeSeconds: String?
  @Option(help: .setting("statement-timeout-seconds")) var statementTimeoutSeconds: String?
  @Option(help: .setting("shutdown-grace-seconds")) var shutdownGraceSeconds: String?
  @Flag(inversion: .prefixedNo, help: .setting("health-check-enabled"))
  var healthCheckEnabled: Bool?
  @Option(help: .setting("health-host")) var healthHost: String?
  @Option(help: .setting("health-port")) var healthPort: String?
  @Option(help: .setting("health-http-port")) var healthHttpPort: String?
  @Option(help: .setting("health-poll-interval")) var healthPollInterval: String?
  @Option(help: .setting("health-timeout-seconds")) var healthTimeoutSeconds: String?

  /// What was given, by the settings' names.
  var texts: [String: String] {
    [
      "host": self.host,
      "port": self.port,
      "tls-cert": self.tlsCert,
      "tls-key": self.tlsKey,
      "mtls-ca": self.mtlsCa,
      "mtls-principal": self.mtlsPrincipal.map { "\($0)" },
      "username": self.username,
      "password": self.password,
      "password-file": self.passwordFile,
      "users-file": self.usersFile,
      "secret-key": self.secretKey,
      "secret-key-file": self.secretKeyFile,
      "jwt-issuer": self.jwtIssuer,
      "jwt-audience": self.jwtAudience,
      "jwt-public-key": self.jwtPublicKey,
      "jwks-url": self.jwksUrl,
      "jwt-default-role": self.jwtDefaultRole,
      "jwt-lifetime-seconds": self.jwtLifetimeSeconds,
      "jwt-clock-skew-seconds": self.jwtClockSkewSeconds,
      "insecure": self.insecure.map { "\($0)" },
      "database": self.database,
      "read-only": self.readOnly.map { "\($0)" },
      "lockdown": self.lockdown.map { "\($0)" },
      "ducklake-data-path": self.ducklakeDataPath,
      "ducklake-catalog": self.ducklakeCatalog,
      "ducklake-alias": self.ducklakeAlias,
      "ducklake-encrypted": self.ducklakeEncrypted.map { "\($0)" },
      "ducklake-inlined-rows": self.ducklakeInlinedRows,
      "ducklake-wait-seconds": self.ducklakeWaitSeconds,
      "maintenance-interval-seconds": self.maintenanceIntervalSeconds,
      "maintenance-retention-seconds": self.maintenanceRetentionSeconds,
      "maintenance-orphans": self.maintenanceOrphans.map { "\($0)" },
      "pg-host": self.pgHost,
      "pg-port": self.pgPort,
      "pg-database": self.pgDatabase,
      "pg-user": self.pgUser,
      "pg-password": self.pgPassword,
      "pg-password-file": self.pgPasswordFile,
      "pg-schema": self.pgSchema,
      "pg-sslmode": self.pgSslmode,
      "pg-sslrootcert": self.pgSslrootcert,
      "pg-pool-size": self.pgPoolSize,
      "azure-storage-account": self.azureStorageAccount,
      "azure-storage-endpoint": self.azureStorageEndpoint,
      "azure-connection-string": self.azureConnectionString,
      "azure-connection-string-file": self.azureConnectionStringFile,
      "s3-endpoint": self.s3Endpoint,
      "s3-region": self.s3Region,
      "s3-key-id": self.s3KeyId,
      "s3-secret": self.s3Secret,
      "s3-secret-file": self.s3SecretFile,
      "s3-session-token": self.s3SessionToken,
      "s3-session-token-file": self.s3SessionTokenFile,
      "s3-path-style": self.s3PathStyle.map { "\($0)" },
      "s3-tls": self.s3Tls.map { "\($0)" },
      "azure-credential": self.azureCredential,
      "azure-storage-resource": self.azureStorageResource,
      "azure-postgres-resource": self.azurePostgresResource,
      "pg-token-refresh-minutes": self.pgTokenRefreshMinutes,
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
      "max-polled-statements-per-principal": self.maxPolledStatementsPerPrincipal,
      "session-idle-seconds": self.sessionIdleSeconds,
      "transaction-idle-seconds": self.transactionIdleSeconds,
      "transaction-lifetime-seconds": self.transactionLifetimeSeconds,
      "statement-timeout-seconds": self.statementTimeoutSeconds,
      "shutdown-grace-seconds": self.shutdownGraceSeconds,
      "health-check-enabled": self.healthCheckEnabled.map { "\($0)" },
      "health-host": self.healthHost,
      "health-port": self.healthPort,
      "health-http-port": self.healthHttpPort,
      "health-poll-interval": self.healthPollInterval,
      "health-timeout-seconds": self.healthTimeoutSeconds,
    ].compactMapValues { $0 }
  }
}

extension ArgumentHelp {
  /// The help of a setting, with its default.
  fileprivate static func setting(_ name: String) -> ArgumentHelp {
    guard let setting = Setting.named(name) else { return .secretFile(name) }
    guard !setting.isSwitch, let text = setting.defaultText else {
      return ArgumentHelp(stringLiteral: setting.help)
    }
    return ArgumentHelp(stringLiteral: "\(setting.help) (default: \(text))")
  }

  private static func secretFile(_ name: String) -> ArgumentHelp {
    guard let setting = Setting.named(name.replacing("-file", with: "")) else {
      preconditionFailure("no setting \(name)")
    }
    return ArgumentHelp("A file with the value of \(setting.flag).")
  }
}

extension CompletionKind {
  /// The words that a setting may be, as its rule lists them.
  fileprivate static func words(_ name: String) -> CompletionKind {
    .list(Setting.named(name)?.words ?? [])
  }
}
