/// The tables of a lake that statements may remove rows from, as their text tells: by `DELETE`,
/// `UPDATE`, `MERGE` or `TRUNCATE`.
///
/// There may be more of them than there are in truth, never fewer.
package struct RemovalTargets: Hashable, Sendable {
  /// Their names without schemas, as DuckDB compares them.
  package private(set) var tables: Set<String> = []
  /// Whether there may be others too.
  package private(set) var mayBeOthers = false

  /// Whether whatever others have committed is in the way.
  private(set) var isWholeLake = false

  static let any = RemovalTargets(mayBeOthers: true)
  /// Of a lake for one writer.
  static let wholeLake = RemovalTargets(mayBeOthers: true, isWholeLake: true)

  package var isEmpty: Bool { self.tables.isEmpty && !self.mayBeOthers }

  private init(mayBeOthers: Bool, isWholeLake: Bool = false) {
    self.mayBeOthers = mayBeOthers
    self.isWholeLake = isWholeLake
  }

  init() {}

  init(table: String) {
    self.tables = [table.asciiLowercased]
  }

  /// What the statements of a text may remove rows from, should they be executed.
  package init(of sql: String) {
    guard let tokens = try? SQLTokens(sql) else {
      self.mayBeOthers = true
      return
    }
    for statement in tokens.statements {
      self.formUnion(ChangedTableReader(tokens: tokens, statement: statement).removals)
    }
  }

  /// Whether a text looks as if it removed rows, by its beginning: a quick look, for which others
  /// don't pay.
  package static func mayBegin(_ sql: String) -> Bool {
    let text = sql.utf8.drop { $0 <= UInt8(ascii: " ") }
    guard let first = text.first, !Self.commentStarts.contains(first) else { return true }
    let word = text.prefix(Self.longestVerb + 1).prefix { UInt8(ascii: "A") <= $0 }
    return Self.verbs.contains(String(decoding: word, as: UTF8.self).asciiLowercased)
  }

  private static let commentStarts: Set = [UInt8(ascii: "-"), UInt8(ascii: "/")]
  private static let verbs: Set = ["delete", "truncate", "update", "merge", "with", "explain"]
  private static let longestVerb = 8

  mutating func formUnion(_ others: RemovalTargets) {
    self.tables.formUnion(others.tables)
    self.mayBeOthers = self.mayBeOthers || others.mayBeOthers
    self.isWholeLake = self.isWholeLake || others.isWholeLake
  }
}
