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

  /// Refuses a text with a statement that does more than read, or that can be read in two ways.
  static func require(_ sql: String, of role: String) throws(EngineError) {
    guard let tokens = try? SQLTokens(sql) else {
      throw .notPermitted(role: role, statement: "text that can be read in two ways")
    }
    for statement in tokens.statements where !Self.isAllowed(statement, tokens) {
      let word = statement.first { $0.kind == .word }
      throw .notPermitted(
        role: role,
        statement: word.map { tokens.text($0).uppercased() } ?? "this"
      )
    }
  }

  private static func isAllowed(_ statement: [SQLToken], _ tokens: SQLTokens) -> Bool {
    let words = statement.lazy.filter { $0.kind == .word }.map { tokens.text($0).uppercased() }
    guard let first = words.first else { return true }
    switch first {
    case _ where queryWords.contains(first) || transactionWords.contains(first), "USE":
      return true
    case "EXPLAIN":
      // EXPLAIN ANALYZE runs what it explains; a COPY would write its file.
      let explained = words.first { !explainWords.contains($0) }
      return explained.map { queryWords.contains($0) } ?? false
    case "PRAGMA":
      let name = StatementGuard.word(at: 1, tokens, statement) ?? ""
      return GuardedFunctions.allowedPragmas.contains(name)
        && !statement.contains { tokens.isSymbol($0, "=") }
    case "SET", "RESET":
      return Self.isOwnSetting(statement, tokens)
    default:
      return false
    }
  }

  /// A name in quotes is refused.
  private static func isOwnSetting(_ statement: [SQLToken], _ tokens: SQLTokens) -> Bool {
    func word(_ index: Int) -> String? { StatementGuard.word(at: index, tokens, statement) }
    let index = word(1) == "session" ? 2 : 1
    switch word(index) {
    case "variable": return true
    case "time": return word(index + 1) == "zone"
    case let name?: return Self.settings.contains(name)
    case nil: return false
    }
  }
}
