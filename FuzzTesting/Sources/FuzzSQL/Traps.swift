import DuckDB
import Foundation

/// Functions by whose use DuckDB shows what a text comes to: each opens a file while it is compiled, and
/// the error names the file.
enum Traps {
  /// What no text that the guard lets through may use.
  static let refused = "nothing-is-there"
  /// What only texts may use that are known to put files of a lake in the place of others.
  static let rewriting = "files-are-rewritten"
  /// What tells that a commit bears another author's name than ``author``.
  static let unsigned = "author-is-another"

  static let author = "ann"

  static var all: [String] { [Self.refused, Self.rewriting, Self.unsigned] }

  /// DuckDB wants the files to be there when the functions are made; then they are gone.
  static func set(in folder: String, on connection: borrowing Connection) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let paths = Self.all.map { "\(folder)/\($0).csv" }
    for path in paths { try Data("a\n1\n".utf8).write(to: URL(filePath: path)) }
    let (refused, rewriting, unsigned) = (paths[0], paths[1], paths[2])
    let signed = "CASE WHEN author = '\(Self.author)' THEN '' ELSE '\(unsigned)' END"
    try connection.execute(
      """
      CREATE MACRO trap() AS TABLE SELECT * FROM read_csv('\(refused)');
      CREATE MACRO trap(x) AS (SELECT count(*) FROM read_csv('\(refused)'));
      CREATE MACRO __ducklake_metadata_l.f() AS TABLE SELECT * FROM read_csv('\(refused)');
      CREATE MACRO rewrite_data_files(x) AS TABLE SELECT * FROM read_csv('\(rewriting)');
      CREATE MACRO set_commit_message(author, message) AS TABLE SELECT * FROM read_csv(\(signed));
      CREATE MACRO ducklake_set_commit_message(lake, author, message) AS TABLE
        SELECT * FROM read_csv(\(signed))
      """
    )
  }
}
