/// Where a statement is found, to compile it again.
package struct StatementSource: Hashable {
  package var text: String
  /// How many statements come before it in the text.
  package var position: Int
  /// Whether DuckDB makes all of those of this one, and it needs a type that they make.
  package var needsThoseBefore: Bool

  package init(text: String, position: Int = 0, needsThoseBefore: Bool = false) {
    self.text = text
    self.position = position
    self.needsThoseBefore = needsThoseBefore
  }
}
