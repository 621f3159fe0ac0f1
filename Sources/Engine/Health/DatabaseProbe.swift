internal import DuckDB
internal import NIOPosix
internal import Synchronization

/// Finds out whether the database still answers.
///
/// It has a thread and, for each check, a connection of its own, so that it never waits for a
/// worker or for a user's statement.
package final class DatabaseProbe: Sendable {
  private let resources: EngineResources
  private let question: ProbeQuestion
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let isAtWork = Atomic(false)

  init(_ question: ProbeQuestion, resources: EngineResources) {
    self.question = question
    self.resources = resources
    self.thread.start()
  }

  deinit {
    // Not waited for: a check may be where nothing can interrupt it.
    self.thread.shutdownGracefully { _ in }
  }

  /// Asks once.
  ///
  /// A task that is cancelled gets its error at once and leaves the thread behind: DuckDB may be
  /// waiting for a catalog's server and hear no interrupt. Until it comes back, every check fails.
  package func check() async throws {
    // Else the answer might be there before anybody notices.
    try Task.checkCancellation()
    let (isFree, _) = self.isAtWork.compareExchange(
      expected: false,
      desired: true,
      ordering: .acquiringAndReleasing
    )
    guard isFree else { throw ProbeError.stillAtWork }
    let cancellation = Cancellation()
    let answer = Answer()
    self.thread.submit { _ in
      let result = Result { try self.ask(cancellation) }
      self.isAtWork.store(false, ordering: .releasing)
      answer.give(result)
    }
    try await withTaskCancellationHandler {
      try await answer.wait()
    } onCancel: {
      cancellation.cancel()
    }
  }

  private func ask(_ cancellation: Cancellation) throws {
    do {
      let connection = try self.resources.database.connect()
      switch self.question {
      case .database:
        _ = try connection.texts("SELECT 'alive'", cancellation)
      case .catalogs:
        if let lake = self.resources.lake, lake.isFolderGone { throw ProbeError.folder(of: lake) }
        for case let lake? in try connection.texts(Self.lakes, cancellation).map({ $0[0] }) {
          do {
            _ = try connection.texts(Self.snapshot(of: lake), cancellation)
          } catch let error as DuckDBError {
            throw ProbeError.catalog(of: lake, self.resources.redactor.redacted(error))
          }
        }
      }
    } catch let error as DuckDBError {
      if error.code == .fatal { self.resources.invalidation.occur() }
      throw ProbeError.database(self.resources.redactor.redacted(error))
    }
  }

  private static let lakes = """
    SELECT database_name FROM system.main.duckdb_databases()
    WHERE type = 'ducklake' ORDER BY database_name
    """

  /// The newest snapshot is looked up in the catalog each time: DuckLake never answers it from
  /// memory.
  private static func snapshot(of lake: String) -> String {
    "SELECT CAST(id AS VARCHAR) FROM ducklake_current_snapshot(\(SQLText.literal(lake))) AS s(id)"
  }
}

extension DatabaseProbe {
  /// The result of one check, which somebody waits for or has given up.
  private final class Answer: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)
    private let arrival = OneTimeEvent()

    func give(_ result: Result<Void, any Error>) {
      self.result.withLock { $0 = result }
      self.arrival.occur()
    }

    func wait() async throws {
      await self.arrival.wait()
      guard let result = self.result.withLock({ $0 }) else { throw CancellationError() }
      try result.get()
    }
  }
}

extension Engine {
  package func probe(_ question: ProbeQuestion) -> DatabaseProbe {
    DatabaseProbe(question, resources: self.resources)
  }
}
