/// Where a statement's time went.
package struct StatementTimes: Hashable, Sendable {
  /// Waiting for a worker.
  package var queued = Duration.zero
  /// DuckDB's, and that of turning what it computes into Arrow.
  package var worked = Duration.zero

  package init() {}

  package mutating func add(_ other: StatementTimes) {
    self.queued += other.queued
    self.worked += other.worked
  }
}
