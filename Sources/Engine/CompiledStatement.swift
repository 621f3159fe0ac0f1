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
