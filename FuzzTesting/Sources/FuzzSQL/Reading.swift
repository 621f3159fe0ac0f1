import FuzzDriver

@testable import Engine

/// What must hold of any text by itself.
enum Reading {
  static func check(_ sql: String) {
    // A token takes 40 bytes, a word or a statement some more.
    let allowance = (64 << 10) + 512 * sql.utf8.count
    Allowance.hold(allowance, for: "scanning") { Self.checkStatements(sql) }
    Allowance.hold(allowance, for: "masking") { Self.checkMasking(sql) }
    Allowance.hold(allowance, for: "tokens") { Self.checkTokens(sql) }
  }

  /// Statements are parts of the text, in its order.
  private static func checkStatements(_ sql: String) {
    var rest = Array(sql.utf8)[...]
    for statement in SQLScanner.statements(in: sql) {
      let text = Array(statement.text.utf8)
      require(!statement.words.isEmpty)
      while !rest.starts(with: text) {
        require(!rest.isEmpty, "a statement is no part of the text")
        rest = rest.dropFirst()
      }
      rest = rest.dropFirst(text.count)
    }
  }

  /// No literal is left, which shows in that there is nothing to be masked a second time.
  private static func checkMasking(_ sql: String) {
    let masked = MaskedSQL(sql).text
    require(MaskedSQL(masked).text == masked, "\(masked) holds more to be masked")
    var reader = SQLTokenReader(Array(masked.utf8))
    while let token = try? reader.next() {
      require(token.kind != .string, masked)
    }
  }

  /// Tokens follow one another, none of them empty, and nothing is between them but blanks and
  /// comments.
  private static func checkTokens(_ sql: String) {
    guard let tokens = try? SQLTokens(sql) else { return }
    var end = 0
    for token in tokens.statements.joined() {
      require(token.range.lowerBound >= end && !token.range.isEmpty)
      require(token.range.upperBound <= tokens.bytes.count)
      _ = tokens.text(token)
      end = token.range.upperBound
    }
  }
}
