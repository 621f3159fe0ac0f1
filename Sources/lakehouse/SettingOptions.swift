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
  @Option(help: .setting("users-file"), completion: .file()) var usersFile: String?
  @Option(help: .setting("secret-key")) var secretKey: String?
  @Option(help: .setting("jwt-issuer")) var jwtIssuer: String?
  @Option(help: .setting("jwt-audience")) var jwtAudience: String?
  @Option(help: .setting("jwt-public-key"), completion: .file()) var jwtPublicKey: String?
  @Option(help: .setting("jwks-url")) var jwksUrl: String?
  @Option(help: .setting("jwt-default-role")) var jwtDefaultRole: String?
  @Option(help: .setting("jwt-lifetime-seconds")) var jwtLifetimeSeconds: String?
  @Option(help: .setting("jwt-clock-skew-seconds")) var jwtClockSkewSeconds: String?
  @Flag(inversion: .prefixedNo, help: .setting("insecure")) var insecure: Bool?
  @Option(help: .setting("database"), completion: .file()) var database: String?
  @Flag(inversion: .prefixedNo, help: .setting("read-only")) var readOnly: Bool?
  @Option(help: .setting("init-sql-file"), completion: .file()) var initSqlFile: String?
  @Option(help: .setting("init-sql")) var initSql: String?
  @Option(help: .setting("log-level")) var logLevel: String?
  @Flag(inversion: .prefixedNo, help: .setting("print-queries")) var printQueries: Bool?
  @Option(help: .setting("workers")) var workers: String?
  @Option(help: .setting("session-idle-seconds")) var sessionIdleSeconds: String?
  @Option(help: .setting("transaction-idle-seconds")) var transactionIdleSeconds: String?
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
      "mtls-principal": self.mtlsPrincipal.map { "\($0)" },
      "username": self.username,
      "password": self.password,
      "users-file": self.usersFile,
      "secret-key": self.secretKey,
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
      "init-sql-file": self.initSqlFile,
      "init-sql": self.initSql,
      "log-level": self.logLevel,
      "print-queries": self.printQueries.map { "\($0)" },
      "workers": self.workers,
      "session-idle-seconds": self.sessionIdleSeconds,
      "transaction-idle-seconds": self.transactionIdleSeconds,
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
