internal import DuckDB
internal import Foundation

/// Where a lake's catalog is, as DuckLake's `ATTACH` names it.
enum CatalogLocation {
  case duckDB(path: String)
  case sqlite(path: String)
  case postgres(PostgresConfiguration, passwordPath: String?)

  static let sqlitePrefix = "sqlite:"
  /// How libpq finds out that PostgreSQL's machine, or the way to it, is gone: in seconds, but the last.
  ///
  /// Nothing tells otherwise, and a worker would wait for up to two hours, and with it all commits.
  private static let lossDetection = [
    ("keepalives_idle", "20"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
    ("tcp_user_timeout", "30000"),
  ]

  /// - Parameter passwordFile: Holds PostgreSQL's password, if there is one.
  init(_ lake: LakeConfiguration, dataPath: String, passwordFile: PasswordFile?) {
    if lake.postgres.host != nil {
      self = .postgres(lake.postgres, passwordPath: passwordFile?.path)
    } else if let path = lake.catalogPath, path.hasPrefix(Self.sqlitePrefix) {
      self = .sqlite(path: Self.absolute(String(path.dropFirst(Self.sqlitePrefix.count))))
    } else if let path = lake.catalogPath {
      self = .duckDB(path: Self.absolute(path))
    } else {
      self = .duckDB(path: dataPath.dropLast() + ".ducklake")
    }
  }

  private static func absolute(_ path: String) -> String { URL(filePath: path).path }

  /// What follows `ducklake:`.
  var text: String {
    switch self {
    case .duckDB(let path): path
    case .sqlite(let path): "sqlite:\(path)"
    case .postgres(let postgres, let passwordPath):
      "postgres:\(Self.connectionText(postgres, passwordPath))"
    }
  }

  /// What DuckDB's messages may contain of it, and clients have no business with.
  var privateText: String {
    switch self {
    case .duckDB(let path), .sqlite(let path): path
    case .postgres(let postgres, let passwordPath): Self.connectionText(postgres, passwordPath)
    }
  }

  /// The extension that DuckLake needs for it.
  var requiredExtension: String? {
    switch self {
    case .duckDB: nil
    case .sqlite: "sqlite"
    case .postgres: "postgres"
    }
  }

  /// The catalog's file.
  var path: String? {
    switch self {
    case .duckDB(let path), .sqlite(let path): path
    case .postgres: nil
    }
  }

  /// A connection string of libpq, without a password, since errors show it.
  private static func connectionText(
    _ postgres: PostgresConfiguration,
    _ passwordPath: String?
  ) -> String {
    var parts: [(String, String)] = [
      ("host", postgres.host ?? ""), ("port", "\(postgres.port)"),
      ("dbname", postgres.database ?? ""), ("user", postgres.user ?? ""),
      ("application_name", "lakehouse"), ("connect_timeout", "10"),
      ("sslmode", postgres.sslMode),
    ]
    parts += Self.lossDetection
    if postgres.sslMode.hasPrefix("verify") {
      parts.append(("sslrootcert", postgres.authoritiesPath))
    }
    if let passwordPath { parts.append(("passfile", passwordPath)) }
    return parts.map { name, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      return "\(name)='\(escaped)'"
    }.joined(separator: " ")
  }
}
