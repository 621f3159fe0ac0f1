/// Tells the texts that a principal who only reads may send.
///
/// Their first words are looked at, and what they are compiled to (`isReadable`); beyond that
/// DuckDB itself refuses to write, since they run in transactions that only read.
enum ReadingRole {
  private static let queryWords: Set<String> = [
    "SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "PIVOT_WIDER", "PIVOT_LONGER", "UNPIVOT",
    "SHOW", "DESCRIBE", "DESC", "SUMMARIZE",
  ]

  /// Settings that are the session's alone and reach nothing outside it.
  private static let settings: Set<String> = [
    "schema", "search_path", "timezone", "calendar", "enable_progress_bar", "streaming_buffer_size",
  ]

  /// Functions that change more than tables, which no transaction refuses, those that run SQL in a
  /// string, where they could be called too, here or in another database, and those that take
  /// addresses in memory.
  private static let functions: Set<String> = GuardedFunctions.maintenance
    .union(GuardedFunctions.commitMessages)
    .union([
      "enable_logging", "disable_logging", "truncate_duckdb_logs", "write_log", "enable_profiling",
      "disable_profiling", "checkpoint", "force_checkpoint", "load_aws_credentials",
      "add_parquet_key", "query", "json_execute_serialized_sql", "json_serialize_plan",
      "postgres_execute", "postgres_query", "mysql_execute", "mysql_query", "sqlite_query",
      "postgres_attach", "sqlite_attach", "postgres_configure_pool", "pg_clear_cache",
      "mysql_clear_cache", "arrow_scan", "arrow_scan_dumb",
    ])

  /// Whether a reader may set the session's option of that name.
  static func maySet(_ option: String) -> Bool {
    option == "catalog" || Self.settings.contains(option.lowercased())
  }

  /// Refuses a text with a statement that does more than read, or that can be read in two ways.
  static func require(_ sql: String, of role: String) throws(EngineError) {
    guard let tokens = try? SQLTokens(sql) else {
      throw .notPermitted(role: role, statement: "text that can be read in two ways")
    }
    for statement in tokens.statements {
      if let function = Self.refusedFunction(in: statement, tokens) {
        throw .notPermitted(role: role, statement: "the function \(function)")
      }
      guard !Self.isAllowed(statement, tokens) else { continue }
      let word = statement.first { $0.kind == .word }
      throw .notPermitted(
        role: role,
        statement: word.map { tokens.text($0).uppercased() } ?? "this"
      )
    }
  }

  private static func refusedFunction(in statement: [SQLToken], _ tokens: SQLTokens) -> String? {
    zip(statement, statement.dropFirst()).lazy
      .filter { [.word, .quotedName].contains($0.kind) && tokens.isSymbol($1, "(") }
      .map { tokens.name($0.0) }
      .first { Self.functions.contains($0) }
  }

  private static func isAllowed(_ statement: [SQLToken], _ tokens: SQLTokens) -> Bool {
    let words = statement.lazy.filter { $0.kind == .word }.map { tokens.text($0).uppercased() }
    guard let first = words.first else { return true }
    switch first {
    case _ where queryWords.contains(first), _ where SQLScanner.transactionWords.contains(first),
      "USE":
      return true
    case "EXPLAIN":
      // EXPLAIN ANALYZE runs what it explains; a COPY would write its file.
      let explained = tokens.startOfExplained(statement, from: 1)
      let word = StatementGuard.word(at: explained, tokens, statement)?.uppercased()
      // Only a query begins with a parenthesis.
      return word.map { queryWords.contains($0) }
        ?? StatementGuard.isSymbol("(", at: explained, tokens, statement)
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

  /// A name in quotes is refused, and so is a value that is computed: DuckDB does that while it compiles.
  private static func isOwnSetting(_ statement: [SQLToken], _ tokens: SQLTokens) -> Bool {
    func word(_ index: Int) -> String? { StatementGuard.word(at: index, tokens, statement) }
    let index = word(1) == "session" ? 2 : 1
    if word(index) == "variable" { return true }
    guard !statement.contains(where: { tokens.isSymbol($0, "(") }) else { return false }
    switch word(index) {
    case "time": return word(index + 1) == "zone"
    case let name?: return Self.settings.contains(name)
    case nil: return false
    }
  }
}
