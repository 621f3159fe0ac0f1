internal import ArrowIPC
internal import DuckDB

/// A statement that was prepared on a connection and may be run there, any number of times.
///
/// `@unchecked Sendable`: it travels between tasks, and only its connection, an actor, uses it.
final class CompiledStatement: @unchecked Sendable {
  let prepared: PreparedStatement
  let sql: String
  let connection: SessionConnection
  let effect: StatementEffect
  /// Whether what was run to get here exists on this connection only.
  let isBoundToConnection: Bool

  init(
    _ prepared: PreparedStatement,
    sql: String,
    connection: SessionConnection,
    effect: StatementEffect,
    isBoundToConnection: Bool
  ) {
    self.prepared = prepared
    self.sql = sql
    self.connection = connection
    self.effect = effect
    self.isBoundToConnection = isBoundToConnection
  }
}

/// What is known of a statement before it runs.
package struct StatementDescription: Sendable {
  /// The result's columns; none where there is no result set.
  package var schema: Schema
  /// Whether the statement has no result set.
  package var isUpdate: Bool
  package var parameterCount: Int
}

/// What a statement that ran at once left behind.
struct Completion: Sendable {
  var schema: Schema
  /// Rows inserted, updated or deleted; 0 for other statements without a result set, -1 for
  /// those with one.
  var rowsChanged: Int
  var rows: Spool?
}
