internal import ArrowIPC

/// What a statement that ran at once left behind.
struct Completion: Sendable {
  var schema: Schema
  /// Rows inserted, updated or deleted; 0 for other statements without a result set, -1 for
  /// those with one.
  var rowsChanged: Int
  var rows: Spool?
}
