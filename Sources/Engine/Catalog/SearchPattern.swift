/// A pattern of names as clients send it, whatever it holds.
struct SearchPattern {
  /// The pattern for `LIKE … ESCAPE '\'`.
  ///
  /// DuckDB refuses a pattern that ends with a lone escape; here it stands for itself, since some
  /// clients send whole SQL texts as patterns.
  let text: String

  /// Whether it can match more than one length of names.
  let matchesAnyLength: Bool

  init(_ pattern: String) {
    var isEscaped = false
    var matchesAnyLength = false
    for character in pattern.unicodeScalars {
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "%" {
        matchesAnyLength = true
      }
    }
    self.text = isEscaped ? pattern + "\\" : pattern
    self.matchesAnyLength = matchesAnyLength
  }
}
