import DuckDB
import FuzzDriver

@testable import Engine

/// What is read in a text about what it changes, compared with what DuckDB makes of it.
enum Changes {
  /// - Parameter types: Of the statements that DuckDB has compiled.
  static func check(_ sql: String, _ types: [StatementType?]) {
    Self.checkWriting(sql, types)
    Self.checkTables(sql, types)
    if let target = CheckpointTarget(sql) {
      require(types.allSatisfy { $0 == nil || $0 == .call }, "\(target) of no CHECKPOINT: \(sql)")
    }
  }

  /// What may change a lake is never taken for what only reads.
  private static func checkWriting(_ sql: String, _ types: [StatementType?]) {
    guard !WritingText.mayChangeLake(sql) else { return }
    // DuckDB makes a temporary type for `PIVOT`, and a `SELECT` of `PRAGMA`.
    let words = SQLScanner.statements(in: sql).flatMap(\.words)
    guard !words.contains(where: { $0.contains("PIVOT") || $0 == "PRAGMA" }) else { return }
    // `EXPLAIN` alone executes nothing.
    let writes = types.contains { $0?.mayChangeLake == true && $0 != .explain }
    require(!writes, "\(types) may change a lake: \(sql)")
  }

  /// The table that a statement changes is among those that are read in it.
  private static func checkTables(_ sql: String, _ types: [StatementType?]) {
    guard types.count == 1, let type = types[0] else { return }
    switch type {
    case .delete, .update, .mergeInto:
      let targets = RemovalTargets(of: sql)
      require(
        targets.isEmpty || targets.mayBeOthers || !targets.tables.isDisjoint(with: Oracle.tables),
        "rows aren't removed from \(targets.tables): \(sql)"
      )
    case .insert:
      guard let table = ChangedTableReader.insertedTable(in: sql) else { return }
      require(
        Oracle.tables.contains(table.asciiLowercased),
        "rows aren't added to \(table): \(sql)"
      )
    default:
      return
    }
  }
}
