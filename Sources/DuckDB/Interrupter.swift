import CDuckDB
import Synchronization

/// What may be done to a connection from any thread while its own is busy.
///
/// It doesn't keep the connection open: once that has ended, every call does nothing.
@safe
package final class Interrupter: Sendable {
  // Safe to share: DuckDB allows the two calls below from any thread, and the lock keeps the
  // connection from ending under them.
  private nonisolated(unsafe) let pointer: duckdb_connection
  private let isOpen = Mutex(true)

  @unsafe
  init(_ pointer: duckdb_connection) {
    unsafe self.pointer = pointer
  }

  func retire() {
    self.isOpen.withLock { $0 = false }
  }

  /// Makes the statement at work fail with ``DuckDBError/Code/interrupted``.
  ///
  /// DuckDB forgets an interrupt that arrives before its statement has started: whoever cancels
  /// raises the flag that ``PreparedStatement/stream(isCancelled:)`` polls first.
  package func interrupt() {
    self.isOpen.withLock { isOpen in
      if isOpen {
        unsafe duckdb_interrupt(self.pointer)
      }
    }
  }

  /// How far the statement at work has got, or `nil` where DuckDB can't tell.
  ///
  /// DuckDB only counts while `enable_progress_bar` is set (`enable_progress_bar_print` may be
  /// off).
  package var progress: QueryProgress? {
    self.isOpen.withLock { isOpen in
      guard isOpen else {
        return nil
      }
      let progress = unsafe duckdb_query_progress(self.pointer)
      guard progress.percentage >= 0 else {
        return nil
      }
      return QueryProgress(
        percentage: progress.percentage,
        rowsProcessed: progress.rows_processed,
        totalRowsToProcess: progress.total_rows_to_process
      )
    }
  }
}
