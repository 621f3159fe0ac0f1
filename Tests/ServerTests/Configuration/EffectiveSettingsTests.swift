import Engine
import Foundation
import Logging
import Server
import Testing

/// A folder with a settings file and a file `.env`.
private struct Folder: ~Copyable {
  let path = NSTemporaryDirectory() + "settings-\(UUID().uuidString)"

  init(environmentFile: String? = nil, settingsFile: String? = nil) throws {
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    try environmentFile?.write(toFile: self.path + "/.env", atomically: false, encoding: .utf8)
    try settingsFile?.write(toFile: self.file, atomically: false, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(atPath: self.path) }

  var file: String { self.path + "/lakehouse.yaml" }

  func settings(
    flags: [String: String] = [:],
    environment: [String: String] = [:],
    reads: Bool = true
  ) throws(ConfigurationError) -> EffectiveSettings {
    let hasFile = reads && FileManager.default.fileExists(atPath: self.file)
    return try EffectiveSettings(
      flags: flags,
      file: hasFile ? self.file : nil,
      environment: environment,
      folder: self.path
    )
  }
}

extension EffectiveSettings {
  fileprivate subscript(name: String) -> Entry? {
    self.entries.first { $0.setting.name == name }
  }
}

@Suite struct EffectiveSettingsTests {
  @Test func `where nothing is set, the defaults hold`() throws {
    let folder = try Folder()
    let settings = try folder.settings()
    #expect(settings.configuration.port == 31_337)
    #expect(settings.entries.allSatisfy { $0.origin == .standard })
    #expect(settings.entries.map(\.setting.name) == Setting.all.map(\.name))
  }

  @Test func `a flag goes before a variable, that before the files`() throws {
    let folder = try Folder(
      environmentFile: "# comment\nLAKEHOUSE_PORT=3\nLAKEHOUSE_WORKERS=3\nLAKEHOUSE_DATABASE=3",
      settingsFile: "port: 4\nworkers: 4\ndatabase: '4'\nlog_level: warning\n"
    )
    let settings = try folder.settings(
      flags: ["port": "1"],
      environment: ["LAKEHOUSE_PORT": "2", "LAKEHOUSE_WORKERS": "2", "PORT": "9"]
    )
    #expect(settings.configuration.port == 1)
    #expect(settings["port"]?.origin == .flag("--port"))
    #expect(settings.configuration.engine.workerCount == 2)
    #expect(settings["workers"]?.origin == .variable("LAKEHOUSE_WORKERS"))
    #expect(settings.configuration.engine.databasePath == "3")
    #expect(
      settings["database"]?.origin == .environmentFile(variable: "LAKEHOUSE_DATABASE", line: 4)
    )
    #expect(settings.configuration.logging.levels.standard == .warning)
    #expect(
      settings["log-level"]?.origin
        == .settingsFile(path: folder.file, key: "log_level", line: 4)
    )
  }

  @Test(arguments: [
    "true": true, "YES": true, "1": true, "on": true, "false": false, "No": false, "0": false,
  ])
  func `switches are words`(text: String, value: Bool) throws {
    let folder = try Folder()
    let settings = try folder.settings(environment: ["LAKEHOUSE_PRINT_QUERIES": text])
    #expect(settings.configuration.logging.printsStatements == value)
  }

  @Test func `an empty variable is not set`() throws {
    let folder = try Folder(environmentFile: "LAKEHOUSE_WORKERS=\n", settingsFile: "workers:\n")
    let settings = try folder.settings(environment: ["LAKEHOUSE_PORT": ""])
    #expect(settings.entries.allSatisfy { $0.origin == .standard })
  }

  @Test func `all that is wrong is told at once, with setting, source, value and rule`() throws {
    let folder = try Folder(environmentFile: "LAKEHOUSE_WORKERS=0")
    let error = #expect(throws: ConfigurationError.self) {
      try folder.settings(
        flags: ["port": "many"],
        environment: [
          "LAKEHOUSE_LOG_LEVEL": "loud", "LAKEHOUSE_SHUTDOWN_GRACE_SECONDS": "-1",
          "LAKEHOUSE_PRINT_QUERIES": "perhaps",
        ]
      )
    }
    #expect(
      error?.problems == [
        "--port: 'many' is not an integer between 0 and 65535",
        "LAKEHOUSE_LOG_LEVEL: 'loud' is not one of "
          + "trace, debug, info, notice, warning, error, critical; or with exceptions "
          + "(access, auth, azure, engine, server, statements, transport) after commas, "
          + "as in info,transport=debug",
        "LAKEHOUSE_PRINT_QUERIES: 'perhaps' is not true or false",
        "LAKEHOUSE_WORKERS (.env, line 1): '0' is not an integer between 1 and 1024",
        "LAKEHOUSE_SHUTDOWN_GRACE_SECONDS: '-1' is not "
          + "a number of seconds between 0 and 315360000",
      ]
    )
  }

  @Test func `settings that don't go together are refused`() throws {
    let folder = try Folder(settingsFile: "tls-cert: server.pem\n")
    let error = #expect(throws: ConfigurationError.self) {
      try folder.settings(flags: ["mtls-ca": "ca.pem"], environment: ["LAKEHOUSE_READ_ONLY": "1"])
    }
    #expect(
      error?.problems == [
        "tls-cert (\(folder.file), line 1): is of no use without --tls-key",
        "--mtls-ca: needs --tls-cert and --tls-key",
        "LAKEHOUSE_READ_ONLY: "
          + "needs a database file or a lake, set by --database or --ducklake-data-path",
      ]
    )
  }

  @Test(arguments: [
    ("prot: 1", "prot (FILE, line 1): is not a setting; `lakehouse config` lists them"),
    ("port: [1]", "port (FILE, line 1): is not a single value"),
    ("- port", "FILE: is not a mapping of settings to values"),
    ("host: a\nHOST: b", "HOST (FILE, line 2): is set twice"),
    ("port: \"1", "FILE: line 1: is not YAML: found unexpected end of stream"),
    ("port: 1\nport: 2", "FILE: port: is set twice"),
    ("port: *port", "FILE: line 1: is not YAML: found undefined alias"),
  ])
  func `a settings file with anything else is refused`(text: String, problem: String) throws {
    let folder = try Folder(settingsFile: text)
    let error = #expect(throws: ConfigurationError.self) { try folder.settings() }
    #expect(error?.description == problem.replacing("FILE", with: folder.file))
  }

  @Test func `a settings file that isn't there is refused`() throws {
    let folder = try Folder()
    let path = folder.path + "/nosuch.yaml"
    let error = #expect(throws: ConfigurationError.self) {
      try folder.settings(environment: [EffectiveSettings.fileVariable: path])
    }
    let reason = "cannot read '\(path)': there is no such file"
    #expect(error?.description == "\(EffectiveSettings.fileVariable): \(reason)")
    let named = #expect(throws: ConfigurationError.self) {
      try EffectiveSettings(flags: [:], file: path, environment: [:], folder: folder.path)
    }
    #expect(named?.description == "--config: \(reason)")
  }

  @Test func `variables that look like settings are told of`() throws {
    let folder = try Folder(environmentFile: "LAKEHOUSE_B=1\nOTHER=1")
    let settings = try folder.settings(environment: ["LAKEHOUSE_A": "1", "OTHER": "1"])
    #expect(
      settings.warnings == [
        "LAKEHOUSE_B (.env, line 1): is not a setting", "LAKEHOUSE_A: is not a setting",
      ]
    )
  }

  @Test func `secrets are masked, and not in errors`() throws {
    let folder = try Folder()
    let secrets = Setting.all.filter { $0.visibility != .shown }
    let others = [
      "pg-host": "h", "pg-database": "d", "pg-user": "u", "ducklake-data-path": "lake/",
      "s3-key-id": "k",
    ]
    let flags = others.merging(secrets.map { ($0.name, "hunter2") }) { other, _ in other }
    let settings = try folder.settings(flags: flags)
    for secret in secrets { #expect(settings[secret.name]?.text == "********") }
  }

  @Test func `a secret can be in a file of its own`() throws {
    let folder = try Folder(settingsFile: "hunter2\n")
    let settings = try folder.settings(
      flags: ["pg-host": "h", "pg-database": "d", "pg-user": "u", "ducklake-data-path": "lake/"],
      environment: ["LAKEHOUSE_PG_PASSWORD_FILE": folder.file],
      reads: false
    )
    #expect(settings.configuration.engine.lake.postgres.password == "hunter2")
    #expect(
      settings["pg-password"]?.origin
        == .secretFile(path: folder.file, named: .variable("LAKEHOUSE_PG_PASSWORD_FILE"))
    )
    #expect(settings["pg-password"]?.text == "********")
  }

  @Test func `a secret is given once in a place, and its file gives way to an earlier place`()
    throws
  {
    let folder = try Folder(settingsFile: "hunter2")
    let both = ["LAKEHOUSE_PASSWORD": "hunter3", "LAKEHOUSE_PASSWORD_FILE": folder.file]
    let error = #expect(throws: ConfigurationError.self) {
      try folder.settings(environment: both, reads: false)
    }
    #expect(
      error?.description == "LAKEHOUSE_PASSWORD_FILE: is set beside LAKEHOUSE_PASSWORD: "
        + "give one of the two"
    )
    let settings = try folder.settings(
      flags: ["password": "hunter1"],
      environment: ["LAKEHOUSE_PASSWORD_FILE": folder.file],
      reads: false
    )
    #expect(settings["password"]?.origin == .flag("--password"))
  }

  @Test(arguments: [
    ("pg-host", "a b", "a text without blanks, quotes and ;"),
    ("pg-database", "a'b", "a text without blanks, quotes and ;"),
    ("pg-user", "a;b", "a text without blanks, quotes and ;"),
    ("azure-storage-account", "A_B", "a name of 3 to 24 lower-case letters and digits"),
  ])
  func `names at other servers are checked`(name: String, text: String, rule: String) throws {
    let folder = try Folder()
    let error = #expect(throws: ConfigurationError.self) {
      try folder.settings(flags: [name: text])
    }
    #expect(error?.description == "--\(name): '\(text)' is not \(rule)")
  }

  @Test(arguments: [
    (["pg-host": "h"], "--pg-host: a catalog in PostgreSQL needs --pg-database and --pg-user too"),
    (["pg-password": "p"], "--pg-password: is of no use without --pg-host"),
    (["ducklake-catalog": "c"], "--ducklake-catalog: a lake needs --ducklake-data-path"),
    (
      ["ducklake-data-path": "s3://b/"],
      "--ducklake-data-path: a lake in object storage needs --pg-host or --ducklake-catalog"
    ),
    (
      ["ducklake-data-path": "az://c/", "ducklake-catalog": "c"],
      "--ducklake-data-path: needs --azure-storage-account or --azure-connection-string"
    ),
    (["s3-key-id": "k"], "--s3-key-id: goes with --s3-secret"),
    (
      ["ducklake-data-path": "d/", "ducklake-catalog": "sqlite:c", "ducklake-inlined-rows": "1"],
      "--ducklake-inlined-rows: is safe with a catalog in a DuckDB file alone (docs/lake.md, small writes)"
    ),
    (
      [
        "ducklake-data-path": "d/", "pg-host": "h", "pg-database": "d", "pg-user": "u",
        "ducklake-inlined-rows": "1",
      ],
      "--ducklake-inlined-rows: is safe with a catalog in a DuckDB file alone (docs/lake.md, small writes)"
    ),
    (
      ["ducklake-data-path": "lake"],
      "--ducklake-data-path: 'lake' is not a folder or URL (az://, abfss://, s3://, https://) that "
        + "ends in / and has no ', ; or ?"
    ),
    (
      ["ducklake-alias": "1 a"],
      "--ducklake-alias: '1 a' is not "
        + "a name of letters, digits and _ that begins with a letter or _"
    ),
  ])
  func `settings of a lake that don't go together are refused`(
    flags: [String: String],
    problem: String
  ) throws {
    let folder = try Folder()
    let error = #expect(throws: ConfigurationError.self) { try folder.settings(flags: flags) }
    #expect(error?.problems.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test func `a name is a setting's once, and every default keeps its rule`() throws {
    #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
    let folder = try Folder()
    let defaults = Setting.all.compactMap { setting in
      setting.defaultText.map { (setting.name, $0) }
    }
    let settings = try folder.settings(flags: Dictionary(uniqueKeysWithValues: defaults))
    #expect(settings.entries.map(\.text) == Setting.all.map(\.defaultText))
  }
}
