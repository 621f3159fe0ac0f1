internal import Synchronization

extension Session {
  /// How long DuckDB may work for one statement; `nil` for as long as it takes.
  ///
  /// Waiting for a worker or for the client doesn't count, so a slow reader is never cut off. What
  /// changes here counts for the statements that begin afterwards.
  package var statementTimeout: Duration? {
    get { self.timeout.withLock { $0 } }
    set { self.timeout.withLock { $0 = newValue } }
  }
}
