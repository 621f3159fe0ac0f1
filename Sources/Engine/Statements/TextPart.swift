/// One of DuckDB's statements in a text of several.
struct TextPart {
  /// The statement in the text that it is, or is a part of.
  let text: String
  /// The same, unless DuckDB makes several of it.
  let statement: SQLScanner.Statement?
  /// How many of those come before it, and whether none comes after it.
  let position: Int
  let isLast: Bool

  var source: StatementSource {
    StatementSource(text: self.text, position: self.position, isPart: self.statement == nil)
  }
}
