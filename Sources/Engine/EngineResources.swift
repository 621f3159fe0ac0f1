internal import DuckDB
internal import NIOPosix

/// What every session of an engine uses.
final class EngineResources: Sendable {
  let configuration: EngineConfiguration
  let database: Database
  let threads: NIOThreadPool
  let queue: StatementQueue
  let unfetched: UnfetchedResults
  let beingRead = ResultsBeingRead()
  let polled: PolledStatements
  let activeStatements = ActiveStatements()
  let redactor: ErrorRedactor

  /// Whether there are as many statements at work as workers: then they take turns.
  var isBusy: Bool { self.activeStatements.count >= self.configuration.workerCount }

  init(configuration: EngineConfiguration, database: Database, threads: NIOThreadPool) {
    self.configuration = configuration
    self.database = database
    self.threads = threads
    self.redactor = configuration.redactor
    self.queue = StatementQueue(limit: configuration.statementQueueLimit)
    self.unfetched = UnfetchedResults(
      limit: configuration.unfetchedResultLimit,
      lifetime: configuration.unfetchedResultLifetime
    )
    self.polled = PolledStatements(
      limit: configuration.polledStatementLimit,
      lifetime: configuration.unfetchedResultLifetime
    )
  }
}
