internal import DuckDB

extension StatementType {
  /// Whether a statement may wait for its fetch, and may never run if nobody fetches it.
  ///
  /// `EXPLAIN` doesn't: with `ANALYZE` it does what it explains.
  var readsOnly: Bool {
    switch self {
    case .select, .relation, .logicalPlan: true
    default: false
    }
  }
}

extension StatementEffect {
  /// Whether the text of a statement of this type must be looked at to know its effect.
  static func depends(on type: StatementType) -> Bool {
    switch type {
    case .set, .variableSet, .pragma, .transaction, .prepare, .create, .createFunction, .multi: true
    default: false
    }
  }
}

extension PreparedStatement {
  /// Whether the statement has a result set.
  ///
  /// Before it runs, DuckDB reports a column for every statement: `Count` where rows change,
  /// `Success` where nothing is returned.
  func hasResultSet(sql: String) -> Bool {
    if self.statementType.readsOnly { return true }
    let columns = self.columns
    // Where types depend on values that aren't bound yet, one column of no type stands for all.
    let isUndetermined = columns.contains { $0.type.kind == .unknown }
    switch columns {
    case [Column("Success", LogicalType(.boolean))]:
      return false
    case _ where isUndetermined && (self.statementType == .call || self.statementType == .explain):
      // Functions that return no rows have their own column, whatever their values; a plan has two.
      return true
    case [Column("Count", LogicalType(.bigint))],
      _ where isUndetermined:
      return SQLScanner.statements(in: sql).last?.contains("RETURNING") ?? false
    default:
      return true
    }
  }
}
