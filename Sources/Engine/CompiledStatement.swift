internal import DuckDB

/// A statement that was prepared on a connection and may be run there, any number of times.
///
/// `@unchecked Sendable`: it travels between tasks, and only its connection, an actor, uses it.
final class CompiledStatement: @unchecked Sendable {
  /// Replaced by its connection when the data have changed that it was made for.
  var plan: Plan
  let type: StatementType
  let source: StatementSource
  /// The text it came in.
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

  /// - Parameter source: `nil` where it is the text's only statement.
  init(
    _ plan: Plan,
    source: StatementSource? = nil,
    sql: String,
    connection: SessionConnection,
    effect: StatementEffect,
    isBoundToConnection: Bool,
    isLasting: Bool = false
  ) {
    self.plan = plan
    self.type = plan.statement.statementType
    self.source = source ?? StatementSource(text: sql)
    self.sql = sql
    self.connection = connection
    self.effect = effect
    self.waitsForFetch = connection.waitsForFetch(self.type, sql)
    self.transaction = connection.state.transaction(on: ObjectIdentifier(connection))?.handle
    self.isBoundToConnection = isBoundToConnection
    self.isLasting = isLasting
    connection.countCompiledStatements(by: 1)
  }

  deinit {
    self.connection.countCompiledStatements(by: -1)
  }
}
