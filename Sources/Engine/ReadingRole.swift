/// Tells the texts that a principal who only reads may send.
///
/// Their first words are looked at, and what they are compiled to (`isReadable`); beyond that
/// DuckDB itself refuses to write, since they run in transactions that only read.
enum ReadingRole {
  private static let queryWords: Set<String> = [
    "SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "PIVOT_WIDER", "PIVOT_LONGER", "UNPIVOT",
    "SHOW", "DESCRIBE", "DESC", "SUMMARIZE",
  ]

  private static let transactionWords: Set<String> = [
    "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT",
  ]

  /// Words between `EXPLAIN` and what it explains.
  private static let explainWords: Set<String> = [
    "EXPLAIN", "ANALYZE", "VERBOSE", "FORMAT", "TEXT", "JSON", "HTML", "GRAPHVIZ", "YAML",
    "MERMAID", "TRUE", "ON",
  ]

  /// Settings that are the session's alone and reach nothing outside it.
  private static let settings: Set<String> = [
    "schema", "search_path", "timezone", "calendar", "enable_progress_bar", "streaming_buffer_size",
  ]

  /// Whether a reader may set the session's option of that name.
  static func maySet(_ option: String) -> Bool {
    option == "catalog" || Self.settings.contains(option.lowercased())
  }

  /// Refuses a text with a statement that does more than read.
  static func require(_ sql: String, of role: String) throws(EngineError) {
    for statement in SQLScanner.statements(in: sql) where !Self.isAllowed(statement) {
      throw .notPermitted(role: role, statement: statement.words.first ?? "this")
    }
  }

  private static func isAllowed(_ statement: SQLScanner.Statement) -> Bool {
    guard let first = statement.words.first else { return true }
    switch first {
    case _ where queryWords.contains(first) || transactionWords.contains(first), "USE":
      return true
    case "EXPLAIN":
      // EXPLAIN ANALYZE runs what it explains; a COPY would write its file.
      let explained = statement.words.first { !explainWords.contains($0) }
      return explained.map { queryWords.contains($0) } ?? false
    case "PRAGMA":
      // What is left are questions; DuckDB turns them into queries.
      return !statement.text.contains("=")
    case "SET", "RESET":
      return Self.isOwnSetting(statement.text)
    default:
      return false
    }
  }

  /// The scanner leaves quoted words out, so the text itself is read: a name in quotes is refused.
  private static func isOwnSetting(_ text: String) -> Bool {
    var words = text.lowercased().split { $0.isWhitespace || $0 == "=" }.dropFirst()
    if words.first == "session" { words = words.dropFirst() }
    guard let name = words.first else { return false }
    if name == "variable" { return true }
    if name == "time" { return words.dropFirst().first == "zone" }
    return Self.settings.contains(String(name))
  }
}
