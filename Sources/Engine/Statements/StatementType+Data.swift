internal import DuckDB

extension StatementType {
  /// Whether a statement of this type may change rows, or run one that does.
  var mayChangeData: Bool {
    switch self {
    case .select, .relation, .logicalPlan, .transaction, .set, .variableSet, .prepare, .load: false
    default: true
    }
  }

  /// Whether the plan of such a statement may read tables, so that it rests on their statistics.
  var mayReadTables: Bool {
    switch self {
    case .select, .relation, .logicalPlan, .insert, .update, .delete, .mergeInto, .create,
      .set, .variableSet, .copy, .copyDatabase, .export, .explain, .execute, .call, .multi:
      true
    default: false
    }
  }

  /// Whether such a statement can begin and be rolled back as if it had not: it leaves nothing
  /// outside the database, and its plan is the only one it runs.
  var leavesNoTrace: Bool {
    switch self {
    case .select, .relation, .logicalPlan, .insert, .update, .delete, .mergeInto, .create,
      .set, .variableSet:
      true
    default: false
    }
  }
}
