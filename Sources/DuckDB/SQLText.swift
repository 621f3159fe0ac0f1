/// Names and literals as they appear in SQL text, for what can't be bound.
package enum SQLText {
  /// A name in double quotes, whatever it contains.
  package static func identifier(_ name: String) -> String {
    Self.quoted(name, by: "\"")
  }

  /// A name qualified by what contains it, outermost first.
  package static func identifier(_ path: [String]) -> String {
    path.map(Self.identifier).joined(separator: ".")
  }

  /// A text in single quotes, whatever it contains.
  package static func literal(_ text: String) -> String {
    Self.quoted(text, by: "'")
  }

  /// C functions take the text up to the first NUL: what follows would be dropped in silence.
  static func requireNoNUL(_ sql: String) throws(DuckDBError) {
    guard !sql.utf8.contains(0) else {
      throw DuckDBError(code: .parser, message: "Parser Error: SQL text contains a NUL character")
    }
  }

  /// Doubles every quote.
  ///
  /// Scalars, not characters: a quote may carry a combining accent.
  private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
    var quoted = String.UnicodeScalarView()
    quoted.append(quote)
    for scalar in text.unicodeScalars {
      quoted.append(scalar)
      if scalar == quote {
        quoted.append(quote)
      }
    }
    quoted.append(quote)
    return String(quoted)
  }
}
