/// Follows a statement to tell whether what comes next is an expression or may be a table.
///
/// Where it can't tell it says table: what must not be a table is refused then.
struct ClauseTracker {
  private enum Clause {
    case expressions, tables
  }

  /// Reserved words, which are nobody's name, behind which only expressions stand.
  private static let expressionWords: Set<String> = [
    "select", "where", "group", "having", "qualify", "order", "limit", "returning",
  ]

  private static let tableWords: Set<String> = [
    "from", "join", "into", "update", "using", "on", "table", "describe", "desc", "show",
    "summarize", "pivot", "pivot_wider", "pivot_longer", "unpivot", "lateral",
  ]

  /// The last clause at each depth of parentheses, from the outermost; where none has begun, that
  /// around them.
  private var clauses: [Clause?] = [nil]

  var isInExpression: Bool { self.clauses.last == .expressions }

  mutating func follow(_ index: Int, _ tokens: SQLTokens, _ statement: [SQLToken]) {
    let token = statement[index]
    switch token.kind {
    case .symbol where tokens.isSymbol(token, "("):
      self.clauses.append(self.clauses[self.clauses.count - 1])
    case .symbol where tokens.isSymbol(token, ")"):
      if self.clauses.count > 1 { self.clauses.removeLast() }
    case .word:
      // A column of any name may follow a dot.
      guard !StatementGuard.isSymbol(".", at: index - 1, tokens, statement) else { return }
      let word = tokens.name(token)
      if Self.expressionWords.contains(word), !tokens.mayBeLonger(token) {
        self.clauses[self.clauses.count - 1] = .expressions
      } else if Self.tableWords.contains(word), !self.isComparison(index, tokens, statement) {
        self.clauses[self.clauses.count - 1] = .tables
      }
    default:
      break
    }
  }

  /// Whether a `FROM` belongs to `IS DISTINCT FROM`.
  private func isComparison(_ index: Int, _ tokens: SQLTokens, _ statement: [SQLToken]) -> Bool {
    guard StatementGuard.wholeWord(at: index, tokens, statement) == "from",
      StatementGuard.wholeWord(at: index - 1, tokens, statement) == "distinct"
    else { return false }
    return ["is", "not"].contains(StatementGuard.wholeWord(at: index - 2, tokens, statement))
  }
}
