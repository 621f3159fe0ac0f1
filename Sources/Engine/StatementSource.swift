/// Where a statement is found, to compile it again.
struct StatementSource: Hashable {
  var text: String
  /// How many statements come before it in the text.
  var position = 0
}
