/// A part of SQL text that is neither blank nor comment.
struct SQLToken: Hashable {
  enum Kind: Hashable {
    /// A keyword or a name.
    case word
    /// A name in double quotes.
    case quotedName
    /// `'…'`, with or without a letter in front, and `$$…$$`.
    case string
    case number
    /// Anything else: one byte, or one character beyond ASCII that is in no name.
    case symbol
  }

  var kind: Kind
  /// Where it is in the text, in bytes of UTF-8; the letter in front of a string is left out.
  var range: Range<Int>
  /// Whether a backslash in a string stands for something else: in `E'…'`.
  var hasEscapes = false
}
