internal import DuckDB

extension StatementType {
  /// Whether statements that DuckDB takes for this type may run on a locked-down server, once their
  /// texts have been found harmless.
  var isAllowedInLockdown: Bool {
    switch self {
    case .select, .insert, .update, .delete, .mergeInto, .explain, .prepare, .execute, .create,
      .createFunction, .alter, .drop, .transaction, .analyze, .vacuum, .variableSet, .set, .call,
      .multi, .pragma:
      true
    case .invalid, .copy, .export, .load, .relation, .extension, .logicalPlan, .attach, .detach,
      .copyDatabase, .updateExtensions:
      false
    }
  }
}
