import Auth
import DuckDB
import Foundation
import FuzzDriver

@testable import Engine

/// Asks DuckDB itself what a text comes to.
final class Oracle {
  /// What DuckDB says where it was made to open a file, which it does while it compiles.
  private static let trace = "nothing-is-there"

  /// Made once; without DuckDB there is nothing to compare with.
  static var ready: Oracle {
    do {
      return try Oracle()
    } catch {
      fatalError("\(error)")
    }
  }

  private let database: Database
  private let connection: Connection
  private let rules: StatementGuard

  /// Makes macros, one of them in a hidden catalog, that open a file when they are used.
  ///
  /// No text may do that. DuckDB wants the file to be there when they are made.
  init() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let path = "\(folder)/\(Self.trace)-\(getpid()).csv"
    try Data("a\n1\n".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    self.database = try Database(options: ["threads": "1"])
    self.connection = try self.database.connect()
    try self.connection.execute(
      """
      SET autoinstall_known_extensions = false;
      SET autoload_known_extensions = false;
      ATTACH ':memory:' AS __ducklake_metadata_l;
      CREATE MACRO trap() AS TABLE SELECT * FROM read_csv('\(path)');
      CREATE MACRO trap(x) AS (SELECT count(*) FROM read_csv('\(path)'));
      CREATE MACRO __ducklake_metadata_l.f() AS TABLE SELECT * FROM read_csv('\(path)');
      CREATE TABLE t (a INTEGER, b VARCHAR);
      SET allowed_directories = ['\(folder)'];
      SET enable_external_access = false
      """
    )
    var rules = StatementGuard()
    rules.refusedFunctions.formUnion(["trap", "read_csv", "read_text", "read_blob"])
    rules.paths = GuardedPaths([folder])
    self.rules = rules
  }

  func check(_ sql: String) {
    guard !sql.utf8.contains(0), var statements = try? self.connection.extract(sql),
      statements.count > 0
    else { return }
    self.checkCount(statements.count, sql)
    let isReader = (try? self.rules.check(sql, role: .reader)) != nil
    let isAdmin = (try? self.rules.check(sql, role: .admin)) != nil
    require(isAdmin || !isReader, "a reader may do more than an administrator: \(sql)")
    guard isAdmin, !sql.contains(Self.trace) else { return }
    self.requireNoTrace(&statements, sql)
  }

  /// A statement that is hidden to one who reads the text could do anything.
  private func checkCount(_ count: Int, _ sql: String) {
    // DuckDB makes several statements of one with these.
    let words = SQLScanner.statements(in: sql).flatMap(\.words)
    guard !words.contains(where: { $0.contains("PIVOT") || $0 == "IMPORT" || $0 == "PRAGMA" })
    else { return }
    guard let tokens = try? SQLTokens(sql) else { return }
    // DuckDB passes over statements of nothing but characters beyond ASCII.
    let statements = tokens.statements.filter { statement in
      statement.contains { tokens.bytes[$0.range].contains { $0 < 0x80 } }
    }
    require(statements.count == count, "\(statements.count) of \(count) statements: \(sql)")
    let scanned = SQLScanner.statements(in: sql).count
    let withWords = statements.count { statement in
      statement.contains { token in
        token.kind == .word && tokens.bytes[token.range].contains { $0 < 0x80 }
      }
    }
    require(scanned == withWords, "\(scanned) of \(withWords) statements with words: \(sql)")
  }

  private func requireNoTrace(_ statements: inout ExtractedStatements, _ sql: String) {
    for _ in 0..<statements.count {
      do throws(DuckDBError) {
        _ = try statements.prepareNext()
      } catch {
        require(!error.message.contains(Self.trace), "the guard let through: \(sql)")
      }
    }
  }
}
