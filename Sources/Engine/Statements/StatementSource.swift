/// Where a statement is found, to compile it again.
package struct StatementSource: Hashable {
  package var text: String
  /// How many statements come before it in the text.
  package var position: Int
  /// Whether DuckDB makes several statements of the text, of which the last needs the types that the
  /// others make: each time the text is compiled those have other names.
  package var isPart: Bool

  package init(text: String, position: Int = 0, isPart: Bool = false) {
    self.text = text
    self.position = position
    self.isPart = isPart
  }
}
