internal import Foundation

extension Connection {
  /// How often a rollback is tried, and the seconds in between.
  private static let rollbackLimit = 20
  private static let rollbackPause = 0.1
  /// What DuckDB says where there is nothing to roll back.
  private static let noTransaction = "no transaction is active"

  /// Begins a transaction.
  ///
  /// - Parameter isReadOnly: Whether DuckDB refuses to write in it.
  package borrowing func begin(isReadOnly: Bool = false) throws(DuckDBError) {
    do throws(DuckDBError) {
      try self.transactionStatements.begin(isReadOnly: isReadOnly, on: self.handle)
    } catch {
      // Without memory for its result it has begun nonetheless; where one was open before it says so.
      if error.code != .transaction { try? self.rollBack() }
      throw error
    }
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

  /// Undoes the open transaction; also one that an error has aborted, whatever is being cancelled and however
  /// little memory there is: nobody could end one that stays open.
  package borrowing func rollBack() throws(DuckDBError) {
    for count in 1..<Self.rollbackLimit {
      do throws(DuckDBError) {
        return try self.transactionStatements.rollBack(on: self.handle)
      } catch {
        guard error.code != .fatal, !error.message.contains(Self.noTransaction) else { throw error }
        // A cancellation interrupts once.
        if count > 1 { Thread.sleep(forTimeInterval: Self.rollbackPause) }
      }
    }
    try self.transactionStatements.rollBack(on: self.handle)
  }
}
