internal import Engine

extension Setting {
  /// What is served.
  static let database: [Setting] = [
    Setting(
      "database",
      \.engine.databasePath,
      .nonEmptyText,
      "The database file, or ':memory:'."
    ),
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
  ]
}
