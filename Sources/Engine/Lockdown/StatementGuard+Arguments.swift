extension StatementGuard {
  static let rowRepeater = "repeat_row"
  private static let rowCount = "num_rows"
  private static let version = "version"

  /// Refuses numbers that DuckDB takes for an error of its own: `AT (VERSION => NULL)`, and rows to be
  /// repeated `NULL` or `-1` times.
  ///
  /// - Parameters:
  ///   - index: Where the argument's name is.
  ///   - repeatsRows: Whether rows are repeated in the statement.
  func checkArgument(
    _ name: String,
    at index: Int,
    _ tokens: SQLTokens,
    _ statement: [SQLToken],
    repeatsRows: Bool
  ) throws(LockdownError) {
    switch name {
    case Self.rowCount where repeatsRows: break
    case Self.version where Self.isSymbol("(", at: index - 1, tokens, statement):
      guard Self.word(at: index - 2, tokens, statement) == "at" else { return }
    default: return
    }
    let value = statement[(index + 1)...].first { token in
      !["=", ">", ":"].contains { tokens.isSymbol(token, $0) }
    }
    guard let value, tokens.isSymbol(value, "-") || tokens.name(value) == "null" else { return }
    throw .syntax(
      "\(name) must be a number that isn't negative",
      in: tokens.bytes,
      at: value.range.lowerBound
    )
  }
}
