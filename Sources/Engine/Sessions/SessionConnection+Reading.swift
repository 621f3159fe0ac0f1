internal import Auth
internal import DuckDB

// What principals who only read may do.

extension SessionConnection {
  /// Refuses a text that its principal may not run.
  func requirePermission(for sql: String) throws(EngineError) {
    guard self.state.role == .reader else { return }
    try ReadingRole.require(sql, of: self.state.role.rawValue)
  }

  /// Refuses a compiled statement that its principal may not run, and lets DuckDB refuse what it
  /// would write nonetheless, such as `SELECT nextval('s')`.
  ///
  /// To be called right before the statement is executed.
  func admit(_ type: StatementType, on connection: borrowing Connection) throws {
    guard self.state.role == .reader else { return }
    guard type.isReadable else {
      throw EngineError.notPermitted(
        role: self.state.role.rawValue,
        statement: "\(type)".uppercased()
      )
    }
    guard type != .transaction, !self.state.isInTransaction(ObjectIdentifier(self)) else { return }
    if self.own == nil {
      try self.beginOwn(isReadOnly: true, on: connection)
      self.own?.isUntouched = true
    }
    // The next statement is to find the type that it needs.
    if type == .create { self.own?.isToBeCommitted = true }
  }

  /// Refuses what changes data by other means than SQL.
  func requireWriting(_ what: String) throws(EngineError) {
    guard self.state.role == .reader else { return }
    throw .notPermitted(role: self.state.role.rawValue, statement: what)
  }

  /// Whether its principal may do no more than read.
  var onlyReads: Bool { self.state.role == .reader }

  /// What DuckDB says of a write by a principal who only reads.
  func permissionError(for error: DuckDBError) -> EngineError? {
    guard self.state.role == .reader, error.isRefusedWrite else { return nil }
    return .notPermitted(role: self.state.role.rawValue, statement: "a statement that writes")
  }
}

extension SessionConnection {
  /// What DuckDB takes for a file outside of the lake when the lake's folder is elsewhere.
  func folderError(for error: DuckDBError) -> EngineError? {
    guard [.permission, .io].contains(error.code), let lake = self.resources.lake,
      lake.isFolderGone
    else { return nil }
    return .lakeFolderGone(lake: lake.alias)
  }
}

extension DuckDBError {
  /// Whether a transaction that only reads was to write.
  var isRefusedWrite: Bool {
    self.code == .transaction && self.message.contains("read-only mode")
  }
}

extension StatementType {
  /// Whether principals who only read may run statements of this type.
  ///
  /// `CREATE` is what DuckDB makes of `PIVOT`; written out it is refused as text.
  fileprivate var isReadable: Bool {
    switch self {
    case .select, .explain, .relation, .logicalPlan, .set, .variableSet, .transaction, .create,
      .multi:
      true
    default: false
    }
  }
}
