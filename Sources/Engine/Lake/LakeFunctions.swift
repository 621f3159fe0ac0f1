/// DuckLake's functions that put files of a lake in the place of others.
///
/// They choose the files when they are compiled. What others commit between that and a transaction of
/// its own in which they run would be undone; and whoever runs twice what was compiled once, or calls
/// two of them in one transaction, has the rows of those files twice (DuckLake 1.5.5).
package enum LakeFunctions {
  private static let rewriting: Set = [
    "ducklake_merge_adjacent_files", "merge_adjacent_files",
    "ducklake_rewrite_data_files", "rewrite_data_files",
  ]
  /// What the names of all of them end with.
  private static let ending = "_files"
  private static let endingStart = UInt8(ascii: "_")
  private static let definitions: Set = ["view", "macro", "function"]

  /// Whether a text may call one of them: most are told by a quick look, for which they don't pay.
  package static func mayRewriteFiles(_ sql: String) -> Bool {
    self.mayName(sql) && self.callCount(in: sql).map { $0 > 0 } ?? true
  }

  /// Whether a statement that may call one of them does so once, and itself.
  ///
  /// What keeps the call for later doesn't (`PREPARE`, views, macros), nor what may repeat it (`WITH`).
  package static func rewritesFilesOnce(_ sql: String) -> Bool {
    guard let tokens = try? SQLTokens(sql) else { return true }
    return self.callCount(in: sql) == 1
      && tokens.statements.allSatisfy { statement in
        let words = statement.lazy.filter { $0.kind == .word }.map(tokens.name)
        return words.first != "prepare" && !words.contains("with")
          && (words.first != "create" || !words.contains(where: self.definitions.contains))
      }
  }

  private static func mayName(_ sql: String) -> Bool {
    var rest = sql.utf8[...]
    while let start = rest.firstIndex(of: self.endingStart) {
      let word = rest[start...].prefix(self.ending.utf8.count)
      if String(decoding: word, as: UTF8.self).asciiLowercased == self.ending { return true }
      rest = rest[rest.index(after: start)...]
    }
    return false
  }

  /// How many calls there are in a text; `nil` if it can be read in several ways.
  private static func callCount(in sql: String) -> Int? {
    guard let tokens = try? SQLTokens(sql) else { return nil }
    return tokens.statements.reduce(0) { $0 + tokens.callCount(of: self.rewriting, in: $1) }
  }
}
