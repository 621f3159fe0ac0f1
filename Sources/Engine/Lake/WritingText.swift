/// Tells by a text whether it may change a lake, before it is compiled.
package enum WritingText {
  private static let readingVerbs: Set = [
    "select", "from", "values", "table", "show", "describe", "desc", "summarize", "pivot",
    "pivot_wider", "pivot_longer", "unpivot", "set", "reset", "use", "begin", "start", "commit",
    "end",
    "rollback", "abort", "pragma", "prepare", "deallocate",
  ]

  private static let analyzed = "analyze"

  /// Where it can't be told, it may.
  package static func mayChangeLake(_ sql: String) -> Bool {
    guard let tokens = try? SQLTokens(sql) else { return true }
    return tokens.statements.contains { statement in
      let words = Set(statement.lazy.filter { $0.kind == .word }.map(tokens.name))
      let isReading =
        switch StatementGuard.word(at: 0, tokens, statement) {
        case nil: true
        case "with": words.isDisjoint(with: ["insert", "update", "delete", "merge"])
        case "explain": !tokens.contains(self.analyzed, in: statement)
        case let verb?: self.readingVerbs.contains(verb)
        }
      return !isReading || tokens.callCount(of: GuardedFunctions.adminFunctions, in: statement) > 0
    }
  }
}
