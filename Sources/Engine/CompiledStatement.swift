internal import DuckDB

/// A statement that was prepared on a connection and may be run there, any number of times.
///
/// `@unchecked Sendable`: it travels between tasks, and only its connection, an actor, uses it.
final class CompiledStatement: @unchecked Sendable {
  let prepared: PreparedStatement
  let sql: String
  let connection: SessionConnection
  let effect: StatementEffect
  /// The transaction it was compiled in, where it runs for as long as that is open.
  let transaction: Handle?
  /// Whether it may wait for its fetch.
  let waitsForFetch: Bool
  /// Whether what was run to get here exists on this connection only.
  let isBoundToConnection: Bool
  /// Whether compiling its text again would come to the same, until a definition or a setting
  /// changes.
  let isLasting: Bool

  init(
    _ prepared: PreparedStatement,
    sql: String,
    connection: SessionConnection,
    effect: StatementEffect,
    isBoundToConnection: Bool,
    isLasting: Bool = false
  ) {
    self.prepared = prepared
    self.sql = sql
    self.connection = connection
    self.effect = effect
    self.waitsForFetch = connection.waitsForFetch(prepared.statementType, sql)
    self.transaction = connection.state.transaction(on: ObjectIdentifier(connection))?.handle
    self.isBoundToConnection = isBoundToConnection
    self.isLasting = isLasting
  }
}
