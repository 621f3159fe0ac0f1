import CDuckDB

extension PreparedStatement {
  /// Executes the statement and streams its result.
  ///
  /// Returns when the first rows exist; the rest is computed while it is fetched. Statements that
  /// return no rows are complete when this returns.
  ///
  /// - Parameter isCancelled: Polled between DuckDB's tasks. Whoever cancels raises the flag it
  ///   reads and then calls ``Interrupter/interrupt()``: DuckDB forgets an interrupt that comes
  ///   before the statement has started, and a single task may take long.
  package func stream(
    isCancelled: () -> Bool = { false }
  ) throws(DuckDBError) -> QueryResult {
    guard let result = try self.stream(unless: { false }, isCancelled: isCancelled) else {
      // It isn't given up unless the condition says so.
      throw DuckDBError(code: .internalError, message: "The statement was given up")
    }
    return result
  }

  /// Executes the statement as ``stream(isCancelled:)`` does, unless it is given up when it has its
  /// transaction, and with that the data that it is going to read.
  ///
  /// Its first tasks may have run by then. What they changed is rolled back where the statement is
  /// a transaction of its own; in one that was open before it would stay.
  ///
  /// - Parameter isGivenUp: Asked once.
  /// - Returns: `nil` if it is given up.
  package func stream(
    unless isGivenUp: () -> Bool,
    isCancelled: () -> Bool
  ) throws(DuckDBError) -> QueryResult? {
    self.connection.countExecution()
    var pending: duckdb_pending_result?
    let started = unsafe duckdb_pending_prepared_streaming(self.pointer, &pending)
    defer { unsafe duckdb_destroy_pending(&pending) }
    guard started == DuckDBSuccess else {
      throw unsafe DuckDBError(pending: pending)
    }
    guard !isGivenUp() else {
      self.interruptPending()
      return nil
    }

    var backoff = Backoff()
    var isInterrupted = false
    polling: while true {
      if !isInterrupted, isCancelled() {
        self.interruptPending()
        guard self.statementType != .select else {
          throw DuckDBError(code: .interrupted, message: "INTERRUPT Error: Interrupted!")
        }
        // What a statement has changed in an open transaction would stay, and be committed, unless
        // DuckDB meets the interrupt itself.
        isInterrupted = true
      }
      switch unsafe duckdb_pending_execute_task(pending) {
      case DUCKDB_PENDING_RESULT_NOT_READY:
        backoff = Backoff()
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
        backoff.wait()
      case DUCKDB_PENDING_ERROR:
        throw unsafe DuckDBError(pending: pending)
      default:
        break polling
      }
    }

    var storage = unsafe duckdb_result()
    let state = unsafe duckdb_execute_pending(pending, &storage)
    let result = unsafe QueryResult(storage, connection: self.connection)
    guard state == DuckDBSuccess else {
      throw result.error
    }
    return result
  }

  /// Destroying a pending result doesn't end its statement: without the interrupt the next one on
  /// this connection would first run this one to its end.
  private func interruptPending() {
    unsafe duckdb_interrupt(self.connection.pointer)
  }
}

extension DuckDBError {
  @unsafe
  fileprivate init(pending: duckdb_pending_result?) {
    unsafe self.init(
      prefixed: duckdb_pending_error(pending),
      otherwise: "DuckDB cannot execute the statement",
      code: .internalError
    )
  }
}
