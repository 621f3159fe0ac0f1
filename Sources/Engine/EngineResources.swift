internal import DuckDB
internal import NIOPosix
internal import Synchronization

/// What every session of an engine uses.
final class EngineResources: Sendable {
  let configuration: EngineConfiguration
  let database: Database
  let threads: NIOThreadPool
  let queue: StatementQueue
  let unfetched: UnfetchedResults
  let beingRead = ResultsBeingRead()
  let polled: PolledStatements
  let activeStatements: ActiveStatements
  let definitions = DefinitionVersion()
  let redactor: ErrorRedactor
  let rowFunction: RowFunction
  let ingestionSlots: IngestionSlots
  /// Known once a client has asked for it.
  let vocabulary = Mutex<SQLVocabulary?>(nil)

  /// Whether there are as many statements at work as workers: then they take turns.
  var isBusy: Bool { self.activeStatements.count >= self.configuration.workerCount }

  init(
    configuration: EngineConfiguration,
    database: Database,
    threads: NIOThreadPool,
    rowFunction: RowFunction
  ) {
    self.configuration = configuration
    self.database = database
    self.threads = threads
    self.redactor = configuration.redactor
    self.rowFunction = rowFunction
    self.ingestionSlots = IngestionSlots(count: configuration.ingestionLimit)
    self.activeStatements = ActiveStatements(
      limitPerPrincipal: configuration.statementsPerPrincipal
    )
    self.queue = StatementQueue(
      limit: configuration.statementQueueLimit,
      waitLimit: configuration.statementQueueWait
    )
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
