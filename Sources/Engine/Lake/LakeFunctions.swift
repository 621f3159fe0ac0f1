internal import DuckDB

/// DuckLake's functions that change a lake, though they may stand where only a table is read.
enum LakeFunctions {
  /// Those that choose the files they replace when they are compiled.
  ///
  /// What others commit between that and a transaction of its own in which they run would be undone.
  private static let rewriting = ["merge_adjacent_files", "rewrite_data_files"]

  /// Whether a text may call one of those that replace files.
  static func mayRewriteFiles(_ sql: String) -> Bool {
    guard sql.utf8.count > Self.shortestCall else { return false }
    let text = sql.asciiLowercased
    return Self.rewriting.contains { text.contains($0) }
  }

  private static let shortestCall = "CALL l.rewrite_data_files()".utf8.count - 1
}
