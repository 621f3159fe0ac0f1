internal import ArrowIPC

// A column of a type that a lake's files can't hold ends the database once rows are written.

extension StatementGuard {
  /// What DuckLake takes for the type of a column and DuckDB writes into no Parquet file.
  static let nanosecondTime = "time_ns"

  /// Statements that may say, at once or for later, of what types the columns of a table are.
  ///
  /// What is inserted becomes of the types that are there.
  private static let definitions: Set<String> = [
    "create", "alter", "set", "prepare", "execute", "explain",
  ]

  /// Functions that are told types in strings.
  private static let typedByText: Set<String> = [
    "from_json", "from_json_strict", "json_transform", "json_transform_strict",
  ]

  /// Reserved words between which and a type a name must stand.
  private static let wordsBeforeNames: Set<String> = [
    "all", "and", "case", "column", "distinct", "else", "except", "from", "group", "having", "in",
    "intersect", "limit", "not", "offset", "on", "or", "primary", "qualify", "returning", "select",
    "table", "then", "to", "union", "using", "when", "where",
  ]

  /// Words like those that are names themselves where a name is expected.
  private static let wordsOrNames: Set<String> = [
    "add", "between", "by", "drop", "exists", "filter", "ilike", "is", "join", "like", "over",
    "rename", "set", "values",
  ]

  /// Words behind which a column's name is expected.
  private static let wordsBeforeColumns: Set<String> = ["add", "alter", "column", "exists"]

  /// Makers of types whose members have no names.
  private static let nestingTypes: Set<String> = ["map"]

  /// Checks that no column becomes of a type that isn't to be.
  func checkColumnTypes(_ tokens: SQLTokens, _ statement: [SQLToken]) throws(LockdownError) {
    guard !self.refusedColumnTypes.isEmpty,
      let first = Self.word(at: 0, tokens, statement), Self.definitions.contains(first)
    else { return }
    guard first != "prepare" || TableQuery(tokens, statement) == nil else {
      throw .preparedTableQuery
    }
    let readsTypes = statement.contains {
      $0.kind != .string && Self.typedByText.contains(tokens.name($0))
    }
    /// What stands before each parenthesis that is open.
    var openers: [String?] = []
    for (index, token) in statement.enumerated() {
      switch token.kind {
      case .symbol where tokens.isSymbol(token, "("):
        openers.append(Self.word(at: index - 1, tokens, statement))
      case .symbol where tokens.isSymbol(token, ")"):
        _ = openers.popLast()
      case .word, .quotedName:
        let name = tokens.name(token)
        guard self.refusedColumnTypes.contains(name) else { continue }
        let isMember = openers.last.flatMap { $0 }.map(Self.nestingTypes.contains) ?? false
        guard !isMember, !Self.isType(at: index, tokens, statement) else {
          throw .columnType(name)
        }
      case .string where readsTypes:
        let text = tokens.text(token).asciiLowercased
        for type in self.refusedColumnTypes where text.contains(type) { throw .columnType(type) }
      case .string, .number, .symbol:
        continue
      }
    }
  }

  /// Checks the types of the values that are bound to a statement's parameters.
  func checkColumnTypes(of parameters: [Field], in sql: String) throws(LockdownError) {
    guard !self.refusedColumnTypes.isEmpty, parameters.contains(where: \.hasNanosecondTimes) else {
      return
    }
    let tokens = try SQLTokens(sql)
    for statement in tokens.statements {
      guard let first = Self.word(at: 0, tokens, statement), Self.definitions.contains(first) else {
        continue
      }
      throw .columnType(Self.nanosecondTime)
    }
  }

  /// Whether a name is that of a type where it stands, or may be.
  private static func isType(
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> Bool {
    if Self.isSymbol("[", at: index + 1, tokens, statement) { return true }
    if statement.indices.contains(index + 1), statement[index + 1].kind == .string { return true }
    let first = Self.qualifiedStart(of: index, tokens, statement)
    guard first > 0 else { return false }
    let previous = statement[first - 1]
    switch previous.kind {
    case .symbol: return tokens.isSymbol(previous, ":")
    case .quotedName: return true
    case .word:
      guard let word = Self.wholeWord(at: first - 1, tokens, statement) else { return true }
      if Self.wordsOrNames.contains(word) {
        return !Self.isKeyword(at: first - 1, tokens, statement)
      }
      guard word == "as" else { return !Self.wordsBeforeNames.contains(word) }
      // CAST (… AS type), or CREATE TYPE … AS type; else a name that a column is given.
      return Self.isSymbol(")", at: index + 1, tokens, statement)
        || Self.word(at: 1, tokens, statement) == "type"
        || Self.word(at: 3, tokens, statement) == "type"
    case .string, .number: return false
    }
  }

  /// Whether a word that may be a column's name stands where it can't be one.
  private static func isKeyword(
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> Bool {
    guard index > 0 else { return false }
    let previous = statement[index - 1]
    guard previous.kind != .symbol || tokens.isSymbol(previous, ")") else { return false }
    guard let word = Self.word(at: index - 1, tokens, statement) else { return true }
    return !Self.wordsBeforeColumns.contains(word)
  }
}

extension Field {
  fileprivate var hasNanosecondTimes: Bool {
    self.type == .time(.nanosecond) || self.type.children.contains(where: \.hasNanosecondTimes)
  }
}
