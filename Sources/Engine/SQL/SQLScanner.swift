/// Splits SQL text into statements and words, as far as sessions need to know about it.
///
/// It doesn't parse: DuckDB does. It only tells words from what merely looks like them, inside
/// strings, quoted identifiers and comments, by the tokens that DuckDB sees.
enum SQLScanner {
  /// One statement of a text.
  struct Statement {
    /// The statement without the semicolon.
    var text: String
    /// The unquoted words, in upper case.
    var words: [String]

    func contains(_ word: String) -> Bool { self.words.contains(word) }
  }

  /// The statements of `sql` that have any word at all.
  ///
  /// What follows a token that can't be read belongs to the statement before it. Words beyond ASCII
  /// are left out: none is a keyword, and DuckDB passes over statements of nothing else.
  static func statements(in sql: String) -> [Statement] {
    var reader = SQLTokenReader(Array(sql.utf8))
    var statements: [Statement] = []
    var words: [String] = []
    var start = 0
    func end(at end: Int) {
      guard !words.isEmpty else { return }
      let text = String(decoding: reader.bytes[start..<end], as: UTF8.self)
      statements.append(Statement(text: text, words: words))
    }
    while let token = try? reader.next() {
      switch token.kind {
      case .word where reader.bytes[token.range].contains { $0 < 0x80 }:
        words.append(String(decoding: reader.bytes[token.range], as: UTF8.self).uppercased())
      case .symbol where reader.bytes[token.range.lowerBound] == UInt8(ascii: ";"):
        end(at: token.range.lowerBound)
        words = []
        start = token.range.upperBound
      default:
        break
      }
    }
    end(at: reader.bytes.count)
    return statements
  }
}

extension SQLScanner {
  /// Whether a text begins like a query, which may read or not.
  static func beginsQuery(_ sql: String) -> Bool {
    var reader = SQLTokenReader(Array(sql.utf8))
    guard let token = try? reader.next(), token.kind == .word else { return false }
    let word = String(decoding: reader.bytes[token.range], as: UTF8.self).uppercased()
    return word == "SELECT" || word == "FROM"
  }
}

extension SQLScanner {
  private static let constantWords: Set = ["TRUE", "FALSE", "NULL"]

  /// Whether a `SET` or `RESET` comes to the same wherever and whenever it is repeated: where its value
  /// is written out, not computed.
  static func setsConstant(_ sql: String) -> Bool {
    guard let tokens = try? SQLTokens(sql), tokens.statements.count == 1 else { return false }
    let statement = tokens.statements[0]
    func word(_ token: SQLToken) -> String? {
      token.kind == .word ? tokens.text(token).uppercased() : nil
    }
    let isVariable = statement.prefix(3).contains { word($0) == "VARIABLE" }
    let value = statement.drop { !tokens.isSymbol($0, "=") && word($0) != "TO" }.dropFirst()
    return value.allSatisfy { token in
      switch token.kind {
      case .string, .number: true
      case .symbol: !tokens.isSymbol(token, "(")
      // A word may be the value of a setting; that of a variable would be a column, or a function.
      case .quotedName: !isVariable
      case .word: !isVariable || Self.constantWords.contains(word(token) ?? "")
      }
    }
  }
}

extension SQLScanner {
  /// First words of statements that begin or end a transaction.
  static let transactionWords: Set = [
    "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT",
  ]

  /// Whether DuckDB has put the transaction around a statement that it has found in this text, as it
  /// does where a `PIVOT` has to make a type first.
  ///
  /// Each part is done in a transaction anyway, and of an error in that one nobody would know.
  static func isWrapped(_ text: String) -> Bool {
    let statements = Self.statements(in: text)
    guard statements.count == 1, let first = statements[0].words.first else { return false }
    return !Self.transactionWords.contains(first)
  }
}

extension SQLScanner.Statement {
  /// A guess from the first word, for statements that DuckDB can't compile yet.
  var isLikelyQuery: Bool {
    switch self.words.first {
    case "SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "SHOW", "DESCRIBE",
      "SUMMARIZE", "EXPLAIN", "CALL", "EXECUTE":
      true
    default:
      self.contains("RETURNING")
    }
  }
}
