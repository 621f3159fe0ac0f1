/// Where the data is and how much the engine may use.
package struct EngineConfiguration: Sendable {
  /// A database file, or `:memory:`.
  package var databasePath = ":memory:"
  package var isReadOnly = false
  /// DuckDB settings to start with, by name.
  package var settings: [String: String] = [:]
  /// SQL that runs once, before the first session.
  package var initSQL: [String] = []

  /// Threads that run statements: the limit on statements at work.
  package var workerCount = 8
  /// Statements that may wait for a worker before new ones are refused.
  package var statementQueueLimit = 1_000
  package var sessionLimit = 10_000
  /// DuckDB connections one session may use at a time; further statements share them.
  package var connectionsPerSession = 16
  package var preparedStatementsPerSession = 1_000
  /// Results that were announced and not fetched yet; the oldest is dropped for a new one.
  package var unfetchedResultLimit = 10_000
  package var unfetchedResultLifetime = Duration.seconds(600)
  package var sessionIdleLifetime = Duration.seconds(3_600)

  package var batchLimits = BatchLimits(maximumRowByteCount: 255 << 20)
  /// How much of a result that was set aside stays in memory; the rest goes to a temporary file.
  package var spoolMemoryByteCount = 8 << 20
  /// The folder for results set aside and for what DuckDB spills.
  package var temporaryDirectory: String?

  package init() {}
}
