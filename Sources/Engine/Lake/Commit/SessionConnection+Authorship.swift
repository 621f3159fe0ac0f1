internal import Auth
internal import DuckDB

// Who has made a snapshot of the lake.

extension SessionConnection {
  /// The principal's name, where commits are to bear it.
  var author: String? {
    guard self.resources.lake != nil, !self.resources.configuration.isReadOnly else { return nil }
    return self.state.author
  }

  /// A text as it is to be compiled: with the author that its principal is.
  func signed(_ sql: String) throws(LockdownError) -> String {
    guard let author = self.author, self.resources.statementGuard != nil else { return sql }
    return try CommitAuthorship.sign(sql, as: author)
  }

  /// Whether a statement, if no transaction is open, needs one to name its author.
  func needsSignature(_ type: StatementType, _ effect: StatementEffect) -> Bool {
    self.author != nil && type.mayChangeLake && effect == .none
      && self.role != .reader && !self.state.isInTransaction(ObjectIdentifier(self))
  }

  /// Names the author of an open transaction before the first statement that may change the lake, or
  /// that gives the commit a message: that names the same author again.
  func signOpenTransaction(
    before type: StatementType,
    on connection: borrowing Connection
  ) throws {
    guard self.author != nil, !self.effects.isSigned, type.mayChangeLake,
      self.state.isInTransaction(ObjectIdentifier(self))
    else { return }
    try self.requireUnexpiredTransaction()
    try self.sign(on: connection)
  }

  /// Names the author of the server's own transaction before a statement is compiled that seems to change
  /// the lake: what is compiled before another statement has run must be compiled again after it.
  func signOwnTransaction(before text: String, on connection: borrowing Connection) throws {
    guard self.author != nil, self.role != .reader, WritingText.mayChangeLake(text) else { return }
    try self.sign(on: connection)
  }

  /// Names the author of the transaction that is open on the connection.
  func sign(on connection: borrowing Connection) throws(DuckDBError) {
    guard let lake = self.resources.lake, let author = self.author, !self.effects.isSigned
    else { return }
    try connection.execute(lake.sign(as: author))
    self.effects.isSigned = true
  }
}

extension StatementType {
  /// Whether statements of the type may make a snapshot.
  var mayChangeLake: Bool {
    switch self {
    case .insert, .update, .delete, .mergeInto, .create, .createFunction, .alter, .drop, .execute,
      .call,
      // With ANALYZE it does what it explains.
      .explain:
      true
    default: false
    }
  }
}
