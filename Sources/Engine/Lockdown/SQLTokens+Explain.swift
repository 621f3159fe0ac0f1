extension SQLTokens {
  /// Where what `EXPLAIN` explains begins.
  ///
  /// Options may have any name that isn't reserved, in quotes or not, and the values of options may
  /// be words that statements begin with.
  ///
  /// - Parameter start: Behind `EXPLAIN`.
  func startOfExplained(_ statement: [SQLToken], from start: Int) -> Int {
    var next = start
    while let word = StatementGuard.word(at: next, self, statement),
      word == "analyze" || word == "verbose"
    { next += 1 }
    guard StatementGuard.isSymbol("(", at: next, self, statement),
      !self.beginsQuery(next + 1, statement)
    else { return next }
    while next < statement.count, !self.isSymbol(statement[next], ")") { next += 1 }
    return next + 1
  }

  /// Whether there is a query behind a parenthesis, and not options, which have names in quotes too.
  private func beginsQuery(_ index: Int, _ statement: [SQLToken]) -> Bool {
    // Reserved words only: options may have any other name.
    StatementGuard.isSymbol("(", at: index, self, statement)
      || StatementGuard.word(at: index, self, statement)
        .map { ["select", "from", "with", "table"].contains($0) } ?? false
  }
}
