extension Connection {
  /// Begins a transaction.
  ///
  /// - Parameter isReadOnly: Whether DuckDB refuses to write in it.
  package borrowing func begin(isReadOnly: Bool = false) throws(DuckDBError) {
    try self.transactionStatements.begin(isReadOnly: isReadOnly, on: self.handle)
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
