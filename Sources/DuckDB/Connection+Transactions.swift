extension Connection {
  /// Begins a transaction.
  ///
  /// - Parameter isReadOnly: Whether DuckDB refuses to write in it.
  package borrowing func begin(isReadOnly: Bool = false) throws(DuckDBError) {
    try self.transactionStatements.begin(isReadOnly: isReadOnly, on: self.handle)
  }

  /// Checks that what has run so far was committed or rolled back.
  package borrowing func requireNoTransaction() throws(DuckDBError) {
    do throws(DuckDBError) {
      try self.begin()
    } catch  where error.code == .transaction {
      throw DuckDBError(
        code: .transaction,
        message: "A transaction is left open, so that its changes would be lost: end it by COMMIT."
      )
    }
    try self.execute("ROLLBACK")
  }

  /// Commits the open transaction.
  ///
  /// Where an error has aborted it, DuckDB rolls it back and reports success.
  package borrowing func commit() throws(DuckDBError) {
    try self.transactionStatements.commit(on: self.handle)
  }

  /// Undoes the open transaction; also one that an error has aborted.
  package borrowing func rollBack() throws(DuckDBError) {
    try self.transactionStatements.rollBack(on: self.handle)
  }
}
