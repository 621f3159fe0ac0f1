/// DuckDB's estimate of how much of a statement is done.
package struct QueryProgress: Hashable, Sendable {
  /// 0 to 100.
  package var percentage: Double
  package var rowsProcessed: UInt64
  package var totalRowsToProcess: UInt64
}
