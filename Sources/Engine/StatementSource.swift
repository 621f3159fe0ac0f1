/// Where a statement is found, to compile it again.
package struct StatementSource: Hashable {
  package var text: String
  /// How many statements come before it in the text.
  package var position: Int

  package init(text: String, position: Int = 0) {
    self.text = text
    self.position = position
  }
}
