internal import DuckDB
internal import Foundation

/// Takes out of DuckDB's messages what tells about the server's machine: the folders it keeps its
/// files in, traces of the stack, passwords in the connection strings of other databases, where a lake's catalog
/// is and what it is told, and tables of it that DuckDB suggests instead of one that is missing.
struct ErrorRedactor: Sendable {
  private static let traceMarker = "\n\nStack Trace:"

  /// `password=…` as libpq writes it, in quotes if it has spaces.
  private static var password: Regex<(Substring, Substring)> {
    /(?i)(password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s"';]+)/
  }

  /// DuckDB's guess which of the tables there was meant.
  private static var hiddenSuggestion: Regex<Substring> {
    /\n?Did you mean [^\n]*__ducklake_metadata_[^\n]*/
  }

  /// The SQL that DuckLake sends to the catalog: all that a commit writes, keys of encrypted files included.
  private static var catalogSQL: Regex<(Substring, Substring)> {
    /(?s)(Failed to (?:execute query|prepare COPY)) ".*(?:"|\n)(?=: )/
  }

  /// The same where PostgreSQL can't read it.
  private static var unreadableCatalogSQL: Regex<(Substring, Substring)> {
    /(?s)(Failed to flush changes into DuckLake: .*?) at or near ".*/
  }

  /// The query of DuckLake's own that an error points at.
  private static var catalogPosition: Regex<Substring> {
    /\n+LINE \d+:[^\n]*__ducklake_metadata_[^\n]*(?:\n *\^)?/
  }

  /// Where PostgreSQL's client has looked for the server.
  private static var serverAddress: Regex<Substring> {
    #/connection to server (?:at|on socket) "[^"\n]*"(?: \([^)\n]*\))?(?:, port \d+)? failed: /#
  }

  /// Where PostgreSQL's client has found the password.
  private static var passwordFile: Regex<Substring> {
    /\n?password retrieved from file "[^"\n]*"/
  }

  /// Folders, longest first, so that one inside another is found before that.
  private let replacements: [(folder: String, text: String)]

  /// - Parameters:
  ///   - databasePath: A database file, whose folder is left out; `:memory:` has none.
  ///   - folders: Folders that DuckDB uses, to be left out too.
  ///   - names: What is to stand for other folders.
  init(databasePath: String, folders: [String], names: [String: String] = [:]) {
    let current = FileManager.default.currentDirectoryPath
    let database = URL(filePath: databasePath).deletingLastPathComponent().path
    var replacements = [database, current].map { ($0 + "/", "") }
    replacements += folders.map { ($0, "...") }
    replacements += names.map { ($0.key, $0.value) }
    replacements.append((NSHomeDirectory() + "/", "~/"))
    self.replacements =
      replacements.filter { $0.0.count > 1 && $0.0 != "//" }
      .sorted { $0.0.count > $1.0.count }
      .map { (folder: $0.0, text: $0.1) }
  }

  func redacted(_ error: DuckDBError) -> DuckDBError {
    var message = error.message
    if let marker = message.range(of: Self.traceMarker) {
      message = String(message[..<marker.lowerBound])
    }
    message.replace(Self.password) { "\($0.output.1)***" }
    if message.contains("ducklake") {
      message.replace(Self.catalogSQL) { "\($0.output.1)" }
      message.replace(Self.unreadableCatalogSQL) { "\($0.output.1)" }
    }
    message.replace(Self.passwordFile, with: "")
    if message.contains(StatementGuard.hiddenCatalogPrefix) {
      message.replace(Self.hiddenSuggestion, with: "")
      message.replace(Self.catalogPosition, with: "")
      message.replace(Self.serverAddress, with: "")
    }
    // Most messages name no file at all.
    if message.contains("/") {
      for (folder, text) in self.replacements {
        message = message.replacingOccurrences(of: folder, with: text)
      }
    }
    return DuckDBError(code: error.code, message: message)
  }
}
