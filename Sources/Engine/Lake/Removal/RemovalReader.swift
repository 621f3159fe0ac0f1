/// Reads in a statement's tokens what it may remove rows from.
struct RemovalReader {
  private static let verbs: Set<String> = [
    "delete", "truncate", "update", "merge", "insert", "select", "from", "values", "table",
  ]

  let tokens: SQLTokens
  let statement: [SQLToken]

  var targets: RemovalTargets { self.targets(from: 0) }

  private func targets(from start: Int) -> RemovalTargets {
    switch self.word(start) {
    case "delete" where self.word(start + 1) == "from",
      "merge" where self.word(start + 1) == "into":
      return self.target(at: start + 2)
    case "delete", "merge":
      return .any
    case "truncate":
      return self.target(at: self.word(start + 1) == "table" ? start + 2 : start + 1)
    case "update":
      return self.target(at: start + 1)
    case "with":
      return self.verb(after: start).map { self.targets(from: $0) } ?? .any
    case "explain":
      return self.explained(from: start + 1)
    case "prepare":
      // What it is to remove rows from once it is executed.
      let body = self.statement.indices.first { $0 > start + 1 && self.word($0) == "as" }
      return body.map { self.targets(from: $0 + 1) } ?? .any
    default:
      return RemovalTargets()
    }
  }

  /// The last part of a name, behind `ONLY` if that is there.
  private func target(at start: Int) -> RemovalTargets {
    var index = self.word(start) == "only" ? start + 1 : start
    while self.isName(index) {
      guard self.isSymbol(".", index + 1) else {
        return RemovalTargets(table: self.tokens.name(self.statement[index]))
      }
      index += 2
    }
    return .any
  }

  /// The statement's verb, behind the parentheses of its `WITH`.
  private func verb(after start: Int) -> Int? {
    var depth = 0
    return self.statement.indices.first { index in
      guard index > start else { return false }
      if self.isSymbol("(", index) { depth += 1 }
      if self.isSymbol(")", index) { depth -= 1 }
      guard depth == 0, let word = self.word(index), Self.verbs.contains(word) else { return false }
      // A name that is a verb: `WITH update AS (…)`.
      return self.word(index + 1) != "as" && !self.isSymbol("(", index + 1)
        || ["select", "values", "from"].contains(word)
    }
  }

  /// `EXPLAIN` alone executes nothing.
  private func explained(from start: Int) -> RemovalTargets {
    guard self.statement.contains(where: { $0.kind == .word && self.tokens.name($0) == "analyze" })
    else { return RemovalTargets() }
    let verb = self.statement.indices.first { index in
      index >= start && self.word(index).map { Self.verbs.contains($0) || $0 == "with" } ?? false
    }
    return verb.map { self.targets(from: $0) } ?? .any
  }

  private func word(_ index: Int) -> String? {
    StatementGuard.word(at: index, self.tokens, self.statement)
  }

  private func isSymbol(_ symbol: Unicode.Scalar, _ index: Int) -> Bool {
    StatementGuard.isSymbol(symbol, at: index, self.tokens, self.statement)
  }

  private func isName(_ index: Int) -> Bool {
    self.statement.indices.contains(index)
      && [.word, .quotedName].contains(self.statement[index].kind)
  }
}
