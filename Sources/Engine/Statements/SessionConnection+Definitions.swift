internal import DuckDB

extension SessionConnection {
  /// Notes that a statement of this type has run.
  ///
  /// Others see a change of definitions when its transaction has been committed.
  func noteDefinitionChange(by type: StatementType) {
    if type == .transaction, self.hasChangedDefinitions {
      self.hasChangedDefinitions = false
      self.resources.definitions.noteChange()
    }
    if type.mayChangeDefinitions {
      self.hasChangedDefinitions = true
      self.resources.definitions.noteChange()
    }
  }
}

extension StatementType {
  /// Whether a statement of the type may change tables or other objects, or how names are looked
  /// up.
  fileprivate var mayChangeDefinitions: Bool {
    switch self {
    case .select, .insert, .update, .delete, .mergeInto, .explain, .relation, .logicalPlan, .copy,
      .export, .analyze, .vacuum, .transaction:
      false
    default:
      true
    }
  }
}
