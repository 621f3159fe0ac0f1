internal import Auth

extension StatementGuard {
  /// How a generator is told where to make its tables.
  private static let catalogArgument = "catalog"

  /// Checks every name and string of a statement, wherever it stands.
  func checkNames(
    _ tokens: SQLTokens,
    _ statement: [SQLToken],
    role: Role
  ) throws(LockdownError) {
    var clauses = ClauseTracker()
    var generator: String?
    var namesCatalog = false
    var repeatsRows = false
    for index in statement.indices {
      let token = statement[index]
      switch token.kind {
      case .word, .quotedName:
        let name = tokens.name(token)
        try self.checkName(name, at: index, tokens, statement)
        if name == Self.catalogArgument { namesCatalog = true }
        if name == Self.rowRepeater { repeatsRows = true }
        try self.checkArgument(name, at: index, tokens, statement, repeatsRows: repeatsRows)
        if Self.isSymbol("(", at: index + 1, tokens, statement),
          !Self.isDefined(at: index, tokens, statement)
        {
          try self.checkCall(name, at: index, tokens, statement, clauses, role: role)
          if GuardedFunctions.generators.contains(name) { generator = name }
        }
        if token.kind == .quotedName { try self.checkPath(tokens.text(token)) }
      case .string:
        // Elsewhere a string is a value, whatever it says.
        if !clauses.isInExpression || Self.word(at: index - 1, tokens, statement) == "from" {
          try self.checkPath(tokens.text(token))
        }
      case .number, .symbol:
        break
      }
      clauses.follow(index, tokens, statement)
    }
    // Wherever it stands: looking for it among the arguments of each call takes too long where calls
    // are nested.
    if let generator, namesCatalog { throw .function("\(generator) with a catalog") }
  }

  private func checkName(
    _ name: String,
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) throws(LockdownError) {
    let isQualifier = Self.isSymbol(".", at: index + 1, tokens, statement)
    guard !self.hides(name), !(isQualifier && self.hiddenCatalogs.contains(name)) else {
      throw .hiddenCatalog(name)
    }
    guard !self.refusedViews.contains(name) else { throw .relation(name) }
  }

  private func checkPath(_ text: String) throws(LockdownError) {
    guard !self.paths.contain(text) else { throw .path(text) }
  }

  private func checkCall(
    _ name: String,
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken],
    _ clauses: ClauseTracker,
    role: Role
  ) throws(LockdownError) {
    if GuardedFunctions.refusedInFrom.contains(name) {
      guard clauses.isInExpression else { throw .function(name) }
      return
    }
    if GuardedFunctions.adminFunctions.contains(name) {
      guard role == .admin else { throw .adminOnly("The function \(name)") }
      guard !self.refusedFunctions.contains(name) else { throw .function(name) }
      return
    }
    if GuardedFunctions.commitMessages.contains(name) {
      guard Self.word(at: 0, tokens, statement) == "call" else { throw .commitMessageOutsideCall }
      return
    }
    if GuardedFunctions.generators.contains(name) { return }
    if name == GuardedFunctions.settingReader {
      let arguments = Self.arguments(at: index + 1, tokens, statement)
      guard arguments.count == 1, let argument = arguments.first, argument.kind == .string else {
        throw .computedSettingName
      }
      let setting = tokens.text(argument)
      guard self.isReadable(setting: setting) else { throw .setting(setting) }
      return
    }
    guard !self.refusedFunctions.contains(name), !GuardedFunctions.refused.contains(name),
      !name.utf8.starts(with: GuardedFunctions.internalPrefix.utf8)
    else { throw .function(name) }
  }
}

// MARK: - What is around a name

extension StatementGuard {
  static func isSymbol(
    _ symbol: Unicode.Scalar,
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> Bool {
    statement.indices.contains(index) && tokens.isSymbol(statement[index], symbol)
  }

  /// The keyword or unquoted name there.
  static func word(at index: Int, _ tokens: SQLTokens, _ statement: [SQLToken]) -> String? {
    guard statement.indices.contains(index), statement[index].kind == .word else { return nil }
    return tokens.name(statement[index])
  }

  /// The word there, if DuckDB can't see it as a part of another: what makes something allowed.
  static func wholeWord(
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> String? {
    guard let word = Self.word(at: index, tokens, statement),
      !tokens.mayBeLonger(statement[index])
    else { return nil }
    return word
  }

  /// Where a name begins with its catalog and schema, if they are named.
  static func qualifiedStart(
    of index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> Int {
    var first = index
    while first >= 2, Self.isSymbol(".", at: first - 1, tokens, statement) { first -= 2 }
    return first
  }

  /// Whether the name before a parenthesis is that of a table whose columns follow, as in
  /// `CREATE TABLE query (…)`, where nothing is called.
  private static func isDefined(
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> Bool {
    let first = Self.qualifiedStart(of: index, tokens, statement)
    switch Self.wholeWord(at: first - 1, tokens, statement) {
    case "into", "table": return true
    case "exists":
      return Self.wholeWord(at: first - 2, tokens, statement) == "not"
        && Self.wholeWord(at: first - 3, tokens, statement) == "if"
    case "with", "recursive": return first == index
    default: return false
    }
  }

  /// The tokens between the parenthesis at `index` and the one that closes it.
  private static func arguments(
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> ArraySlice<SQLToken> {
    var depth = 0
    for end in index..<statement.count {
      if tokens.isSymbol(statement[end], "(") { depth += 1 }
      if tokens.isSymbol(statement[end], ")") { depth -= 1 }
      if depth == 0 { return statement[(index + 1)..<end] }
    }
    return statement[(index + 1)...]
  }
}
