internal import DuckDB

/// Sees to it that the author of a lake's snapshots is the principal who made them.
///
/// Clients may give a commit its message, by `set_commit_message`; its author isn't theirs to say.
enum CommitAuthorship {
  private static let function = "set_commit_message"
  /// Where the author is among the arguments.
  private static let functions = [Self.function: 0, "ducklake_\(Self.function)": 1]

  /// Puts the author's name in the place of the one in the text.
  static func sign(_ sql: String, as author: String) throws(LockdownError) -> String {
    guard sql.asciiLowercased.contains(Self.function) else { return sql }
    let tokens = try SQLTokens(sql)
    var bytes = tokens.bytes
    for statement in tokens.statements.reversed() {
      for index in statement.indices.reversed() {
        guard [.word, .quotedName].contains(statement[index].kind),
          let position = Self.functions[tokens.name(statement[index])],
          StatementGuard.isSymbol("(", at: index + 1, tokens, statement)
        else { continue }
        let argument = try Self.argument(position, after: index + 1, tokens, statement)
        bytes.replaceSubrange(argument.range, with: SQLText.literal(author).utf8)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An argument that is one plain string or `NULL`: an expression could hold a comma, or count the
  /// parameters.
  private static func argument(
    _ position: Int,
    after parenthesis: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) throws(LockdownError) -> SQLToken {
    var index = parenthesis
    for _ in 0..<position {
      guard Self.isConstant(at: index + 1, tokens, statement),
        StatementGuard.isSymbol(",", at: index + 2, tokens, statement)
      else { throw .commitAuthor }
      index += 2
    }
    guard Self.isConstant(at: index + 1, tokens, statement),
      StatementGuard.isSymbol(",", at: index + 2, tokens, statement)
    else { throw .commitAuthor }
    return statement[index + 1]
  }

  private static func isConstant(
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken]
  ) -> Bool {
    guard statement.indices.contains(index) else { return false }
    let token = statement[index]
    switch token.kind {
    case .string:
      guard !token.hasEscapes, token.range.lowerBound > 0 else { return false }
      // A letter in front makes it another kind of string.
      let before = Unicode.Scalar(tokens.bytes[token.range.lowerBound - 1])
      return !before.properties.isAlphabetic
    case .word: return tokens.name(token) == "null"
    default: return false
    }
  }
}
