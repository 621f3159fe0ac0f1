/// SQL text cut into tokens exactly as DuckDB cuts it.
///
/// What decides whether a statement may run rests on this: where DuckDB sees code, no string and no
/// comment must be seen. Text that could be read in two ways is therefore refused.
struct SQLTokens {
  let bytes: [UInt8]
  /// The tokens of each statement that has any.
  let statements: [[SQLToken]]

  init(_ sql: String) throws(LockdownError) {
    var reader = SQLTokenReader(Array(sql.utf8))
    var statements: [[SQLToken]] = []
    var tokens: [SQLToken] = []
    while let token = try reader.next() {
      guard token.kind == .symbol, reader.bytes[token.range.lowerBound] == UInt8(ascii: ";") else {
        tokens.append(token)
        continue
      }
      if !tokens.isEmpty { statements.append(tokens) }
      tokens = []
    }
    if !tokens.isEmpty { statements.append(tokens) }
    self.bytes = reader.bytes
    self.statements = statements
  }

  /// The first tokens of a text, taken for one statement.
  init(beginningOf sql: String, count: Int) throws(LockdownError) {
    var reader = SQLTokenReader(Array(sql.utf8))
    var tokens: [SQLToken] = []
    while tokens.count < count, let token = try reader.next() { tokens.append(token) }
    self.bytes = reader.bytes
    self.statements = [tokens]
  }

  /// A name as DuckDB compares it: without quotes, ASCII letters in lower case.
  func name(_ token: SQLToken) -> String {
    String(decoding: self.value(of: token).map(Self.lowercase), as: UTF8.self)
  }

  /// A string or name without its quotes.
  func text(_ token: SQLToken) -> String {
    String(decoding: self.value(of: token), as: UTF8.self)
  }

  /// Whether a statement has a word, in quotes too: options of `EXPLAIN` may be.
  func contains(_ word: String, in statement: [SQLToken]) -> Bool {
    statement.contains { [.word, .quotedName].contains($0.kind) && self.name($0) == word }
  }

  /// How many calls of functions with these names a statement has.
  func callCount(of names: Set<String>, in statement: [SQLToken]) -> Int {
    statement.indices.count { index in
      [.word, .quotedName].contains(statement[index].kind)
        && StatementGuard.isSymbol("(", at: index + 1, self, statement)
        && names.contains(self.name(statement[index]))
    }
  }

  /// Whether DuckDB may see a longer word there: it takes some of the characters for parts of names
  /// that are read as blanks here, such as U+2013.
  func mayBeLonger(_ word: SQLToken) -> Bool {
    let range = word.range
    return (range.lowerBound > 0 && self.bytes[range.lowerBound - 1] >= 0x80)
      || (range.upperBound < self.bytes.count && self.bytes[range.upperBound] >= 0x80)
  }

  func isSymbol(_ token: SQLToken, _ symbol: Unicode.Scalar) -> Bool {
    token.kind == .symbol && self.bytes[token.range.lowerBound] == UInt8(ascii: symbol)
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private func value(of token: SQLToken) -> [UInt8] {
    let text = self.bytes[token.range]
    switch token.kind {
    case .word, .number, .symbol: return Array(text)
    case .quotedName: return SQLTokenReader.unquoted(text, hasEscapes: false)
    case .string:
      guard text.first == UInt8(ascii: "$") else {
        return SQLTokenReader.unquoted(text, hasEscapes: token.hasEscapes)
      }
      // Both ends have the same tag.
      let tagLength =
        (text.dropFirst().firstIndex(of: UInt8(ascii: "$")) ?? text.startIndex)
        - text.startIndex + 1
      return Array(text.dropFirst(tagLength).dropLast(tagLength))
    }
  }
}
