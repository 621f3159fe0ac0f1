internal import Auth

/// Decides by its first words whether a statement is of a kind that may run.
///
/// What isn't known is refused.
struct StatementKindRules {
  let tokens: SQLTokens
  let statement: [SQLToken]
  let role: Role
  let rules: StatementGuard

  private static let allowed: Set<String> = [
    "select", "from", "with", "values", "table", "pivot", "pivot_wider", "pivot_longer", "unpivot",
    "show", "describe", "desc", "summarize",
    "insert", "update", "delete", "truncate", "merge",
    "begin", "start", "commit", "end", "rollback", "abort",
    "execute", "deallocate", "analyze", "vacuum", "call",
  ]

  /// What else DuckDB knows, so that a slip of the pen is told apart; either is refused.
  private static let refused: Set<String> = [
    "attach", "copy", "detach", "export", "force", "import", "install", "load",
  ]

  /// What may be created, dropped, altered and commented on.
  private static let objects: Set<String> = [
    "table", "view", "macro", "function", "schema", "sequence", "type", "index", "column",
  ]

  static let createModifiers: Set<String> = [
    "or", "replace", "temp", "temporary", "local", "global", "unlogged", "unique", "recursive",
  ]

  func check() throws(LockdownError) {
    try self.check(from: 0)
  }

  private func check(from start: Int) throws(LockdownError) {
    guard let first = self.word(start) else {
      // Only a query begins with anything but a word.
      guard self.isSymbol("(", start) else { throw .statement("This kind of statement") }
      return
    }
    switch first {
    case "update" where self.word(start + 1) == "extensions" && !self.isNamed(start + 2):
      throw .statement("UPDATE EXTENSIONS")
    case _ where Self.allowed.contains(first):
      return
    case "explain":
      try self.checkExplained(from: start + 1)
    case "prepare":
      try self.checkPrepared(from: start + 1)
    case "create":
      var next = start + 1
      while let word = self.word(next), Self.createModifiers.contains(word) { next += 1 }
      try self.checkObject(first, next)
    case "drop", "alter":
      try self.checkObject(first, start + 1)
    case "comment":
      try self.checkObject("comment on", start + 2)
    case "set", "reset":
      try self.checkSetting(first, from: start + 1)
    case "use":
      try self.requireNoHiddenCatalog(in: start + 1)
    case "pragma":
      try self.checkPragma(start + 1)
    case "checkpoint":
      guard self.role == .admin else { throw .adminOnly("CHECKPOINT") }
    case _ where Self.refused.contains(first):
      throw .statement(self.description(start, wordCount: 1))
    default:
      // No statement of DuckDB's begins like this.
      throw .syntax(
        "syntax error at or near \"\(self.tokens.text(self.statement[start]))\"",
        in: self.tokens.bytes,
        at: self.statement[start].range.lowerBound
      )
    }
  }

  private func checkObject(_ verb: String, _ index: Int) throws(LockdownError) {
    guard let object = self.word(index), Self.objects.contains(object) else {
      throw .statement("\(verb.uppercased()) \(self.description(index, wordCount: 1))")
    }
  }

  /// `EXPLAIN` with `ANALYZE` runs what it explains.
  private func checkExplained(from start: Int) throws(LockdownError) {
    let next = self.tokens.startOfExplained(self.statement, from: start)
    if let verb = self.word(next)?.uppercased(), SQLScanner.transactionWords.contains(verb) {
      // The server wouldn't know, and checks what it commits.
      throw .statement("EXPLAIN \(verb)")
    }
    try self.check(from: next)
  }

  private func checkPrepared(from start: Int) throws(LockdownError) {
    var depth = 0
    for index in start..<self.statement.count {
      if self.isSymbol("(", index) { depth += 1 }
      if self.isSymbol(")", index) { depth -= 1 }
      // The first is the statement's name.
      if depth == 0, index > start, self.word(index) == "as" {
        return try self.check(from: index + 1)
      }
    }
    throw .statement("PREPARE without AS")
  }

  private func checkPragma(_ index: Int) throws(LockdownError) {
    let name = self.name(index) ?? ""
    guard GuardedFunctions.allowedPragmas.contains(name),
      !self.statement[index...].contains(where: { self.tokens.isSymbol($0, "=") })
    else { throw .statement("PRAGMA \(name)") }
    guard self.role == .admin || !GuardedFunctions.adminPragmas.contains(name) else {
      throw .adminOnly("PRAGMA \(name)")
    }
    try self.requireNoHiddenCatalog(in: index + 1)
  }
}

// MARK: - Settings

extension StatementKindRules {
  private func checkSetting(_ verb: String, from start: Int) throws(LockdownError) {
    var index = start
    if let scope = self.word(index), ["session", "local"].contains(scope) { index += 1 }
    switch self.word(index) {
    case "variable":
      return
    case "global":
      throw .statement("\(verb.uppercased()) GLOBAL")
    case "time" where self.word(index + 1) == "zone":
      index += 2
    default:
      guard let name = self.name(index) else { throw .setting("that is named by no name") }
      guard GuardedSettings.isSettable(name) else { throw .setting(name) }
      index += 1
      guard verb == "set" else { break }
      guard self.isSymbol("=", index) || self.word(index) == "to" else {
        throw .settingForm(name)
      }
      index += 1
    }
    let isOneValue =
      switch self.statement.count - index {
      case 0: verb == "reset"
      // Of a setting without a value DuckDB 1.5.5 makes a fatal error, after which it serves no more.
      case 1: self.statement[index].kind != .symbol && self.word(index) != "null"
      // A number with its sign.
      case 2: self.isSymbol("-", index) && self.statement[index + 1].kind == .number
      default: false
      }
    guard isOneValue else { throw .settingForm(self.name(start) ?? "") }
    try self.requireNoHiddenCatalog(in: index)
  }

  /// Where names are looked up, strings are names, too.
  private func requireNoHiddenCatalog(in start: Int) throws(LockdownError) {
    guard start <= self.statement.count else { return }
    for token in self.statement[start...] where token.kind != .symbol {
      let text = self.tokens.text(token)
      guard !self.rules.mentionsHiddenCatalog(text) else { throw .hiddenCatalog(text) }
    }
  }
}

// MARK: - Tokens

extension StatementKindRules {
  private func word(_ index: Int) -> String? {
    StatementGuard.word(at: index, self.tokens, self.statement)
  }

  private func isNamed(_ index: Int) -> Bool { self.name(index) != nil }

  /// A name, quoted or not.
  private func name(_ index: Int) -> String? {
    guard self.statement.indices.contains(index) else { return nil }
    let token = self.statement[index]
    return token.kind == .word || token.kind == .quotedName ? self.tokens.name(token) : nil
  }

  private func isSymbol(_ symbol: Unicode.Scalar, _ index: Int) -> Bool {
    StatementGuard.isSymbol(symbol, at: index, self.tokens, self.statement)
  }

  private func description(_ index: Int, wordCount: Int) -> String {
    let words = self.statement.dropFirst(index).prefix(wordCount).map(self.tokens.text)
    return words.isEmpty ? "This kind of statement" : words.joined(separator: " ").uppercased()
  }
}
