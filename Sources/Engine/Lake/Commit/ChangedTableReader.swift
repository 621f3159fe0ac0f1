/// Reads in a statement's tokens what it may remove rows from, or adds rows to.
package struct ChangedTableReader {
  private static let verbs: Set<String> = [
    "delete", "truncate", "update", "merge", "insert", "select", "from", "values", "table",
  ]

  private static let longestBeginning = 12

  let tokens: SQLTokens
  let statement: [SQLToken]

  /// The table that a text adds rows to, if it begins with an `INSERT`.
  package static func insertedTable(in sql: String) -> String? {
    // Long values may follow.
    guard let tokens = try? SQLTokens(beginningOf: sql, count: Self.longestBeginning),
      let statement = tokens.statements.first
    else { return nil }
    return Self(tokens: tokens, statement: statement).insertedTable
  }

  var removals: RemovalTargets { self.targets(from: 0) }

  private var insertedTable: String? {
    guard self.word(0) == "insert" else { return nil }
    // INSERT OR REPLACE INTO
    let into = self.word(1) == "or" ? 3 : 1
    return self.word(into) == "into" ? self.table(at: into + 1) : nil
  }

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

  /// The table named there, behind `ONLY` if that is there.
  private func target(at start: Int) -> RemovalTargets {
    let table = self.table(at: self.word(start) == "only" ? start + 1 : start)
    return table.map { RemovalTargets(table: $0) } ?? .any
  }

  /// The last part of a name.
  private func table(at start: Int) -> String? {
    var index = start
    while self.isName(index) {
      guard self.isSymbol(".", index + 1) else { return self.tokens.name(self.statement[index]) }
      index += 2
    }
    return nil
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
    guard self.tokens.contains("analyze", in: self.statement) else { return RemovalTargets() }
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
