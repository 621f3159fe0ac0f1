import Auth
import DuckDB
import Foundation
import FuzzDriver

@testable import Engine

/// Asks DuckDB itself what a text comes to.
final class Oracle {
  /// Made once; without DuckDB there is nothing to compare with.
  static var ready: Oracle {
    do {
      return try Oracle()
    } catch {
      fatalError("\(error)")
    }
  }

  /// The tables that are there, neither of which has a column of a refused type.
  static let tables: Set = ["t", "u"]

  private let database: Database
  private let connection: Connection
  private let rules: StatementGuard

  init() throws {
    // One of its own: DuckDB lists the folder of a file that isn't there.
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-sql-\(getpid())").path
    self.database = try Database(options: ["threads": "1"])
    self.connection = try self.database.connect()
    try self.connection.execute(
      """
      SET autoinstall_known_extensions = false;
      SET autoload_known_extensions = false;
      ATTACH ':memory:' AS __ducklake_metadata_l;
      CREATE TABLE t (a INTEGER, b VARCHAR);
      CREATE TABLE u (a INTEGER PRIMARY KEY, b VARCHAR)
      """
    )
    try Traps.set(in: folder, on: self.connection)
    try self.connection.execute(
      """
      SET allowed_directories = ['\(folder)'];
      SET enable_external_access = false
      """
    )
    var rules = StatementGuard()
    rules.refusedFunctions.formUnion(["trap", "read_csv", "read_text", "read_blob"])
    rules.refusedColumnTypes = [StatementGuard.nanosecondTime]
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
    guard isAdmin, !Traps.all.contains(where: sql.contains) else { return }
    let types = self.types(of: &statements, sql)
    Changes.check(sql, types)
    NewColumns.check(sql, types, on: self.connection)
    self.checkAuthor(sql)
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

  /// What kinds of statements DuckDB has compiled, and `nil` for each that it refused.
  private func types(
    of statements: inout ExtractedStatements,
    _ sql: String
  ) -> [StatementType?] {
    var types: [StatementType?] = []
    for _ in 0..<statements.count {
      do throws(DuckDBError) {
        types.append(try statements.prepareNext()?.statementType)
      } catch {
        require(!error.message.contains(Traps.refused), "the guard let through: \(sql)")
        if error.message.contains(Traps.rewriting) {
          require(LakeFunctions.mayRewriteFiles(sql), "files are rewritten by: \(sql)")
        }
        types.append(nil)
      }
    }
    return types
  }

  /// No commit bears the name of anybody but its author.
  private func checkAuthor(_ sql: String) {
    guard let signed = try? CommitAuthorship.sign(sql, as: Traps.author),
      var statements = try? self.connection.extract(signed)
    else { return }
    for _ in 0..<statements.count {
      do throws(DuckDBError) {
        _ = try statements.prepareNext()
      } catch {
        require(!error.message.contains(Traps.unsigned), "another author is named by: \(signed)")
      }
    }
  }
}
