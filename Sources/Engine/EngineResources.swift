internal import DuckDB
internal import Synchronization

/// What every session of an engine uses.
final class EngineResources: Sendable {
  let configuration: EngineConfiguration
  let spillFolder: SpillFolder
  let database: Database
  let threads: WorkerThreads
  let queue: StatementQueue
  let unfetched: UnfetchedResults
  let beingRead = ResultsBeingRead()
  let polled: PolledStatements
  let activeStatements: ActiveStatements
  let announced: AnnouncedTransactions<SessionConnection>
  /// The default catalog, if there is one.
  let lake: Lake?
  let definitions = DefinitionVersion()
  let data = DataVersion()
  /// DuckDB has met a fatal error: it refuses every statement from then on.
  let invalidation = OneTimeEvent()
  let redactor: ErrorRedactor
  let rowFunction: RowFunction
  /// What clients' SQL is checked against, on a locked-down server.
  let statementGuard: StatementGuard?
  let ingestionSlots: IngestionSlots
  let ingestionBudget: ByteBudget
  /// For rows that are bound to statements, or about to be.
  let boundRowBudget: ByteBudget
  /// For results that are kept in memory.
  let keptResultBudget: ByteBudget
  /// Known once a client has asked for it.
  let vocabulary = Mutex<SQLVocabulary?>(nil)

  /// Whether there are as many statements at work as workers: then they take turns.
  var isBusy: Bool { self.activeStatements.count >= self.configuration.workerCount }

  init(
    configuration: EngineConfiguration,
    spillFolder: SpillFolder,
    database: Database,
    threads: WorkerThreads,
    lake: Lake?,
    rowFunction: RowFunction,
    statementGuard: StatementGuard?
  ) {
    self.configuration = configuration
    self.spillFolder = spillFolder
    self.database = database
    self.threads = threads
    self.lake = lake
    self.redactor = ErrorRedactor(
      databasePath: configuration.databasePath,
      folders: [configuration.extensionDirectory, spillFolder.path].compactMap { $0 }
        + (lake?.privateTexts ?? []),
      names: lake?.localFolders ?? [:]
    )
    self.rowFunction = rowFunction
    self.statementGuard = statementGuard
    self.ingestionSlots = IngestionSlots(count: configuration.ingestionLimit)
    self.ingestionBudget = ByteBudget(limit: configuration.ingestionByteLimit)
    self.boundRowBudget = ByteBudget(limit: configuration.allBoundByteLimit)
    self.keptResultBudget = ByteBudget(limit: configuration.allSpoolMemoryByteCount)
    self.activeStatements = ActiveStatements(
      limitPerPrincipal: configuration.statementsPerPrincipal
    )
    self.announced = AnnouncedTransactions(limit: configuration.workerCount) {
      await $0.endAnnouncedTransaction()
    }
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
      limitPerPrincipal: configuration.polledStatementsPerPrincipal,
      lifetime: configuration.unfetchedResultLifetime
    )
  }
}
