internal import DuckDB
internal import NIOPosix
internal import Synchronization

/// Keeps a lake in order: moves rows from the catalog into files, makes few files of many, forgets
/// old snapshots and deletes the files that no snapshot needs any more.
///
/// Of several servers of a lake one at a time does it, where its catalog is in PostgreSQL. Its
/// statements are the server's own: they wait for no worker, and count for nobody.
package final class LakeMaintenance: Sendable {
  private struct State {
    var current: Cancellation?
    var isStopped = false
  }

  private let lake: Lake
  private let resources: EngineResources
  private let sessions: SessionRegistry
  private let state = Mutex(State())
  /// Of its own: a run waits for clients, too.
  private let thread = NIOThreadPool(numberOfThreads: 1)

  init(of lake: Lake, resources: EngineResources, sessions: SessionRegistry) {
    self.lake = lake
    self.resources = resources
    self.sessions = sessions
    self.thread.start()
  }

  deinit {
    self.thread.shutdownGracefully { _ in }
  }

  /// Whether a run moves rows out of the catalog, which DuckLake can't do safely if it is killed
  /// meanwhile.
  package var flushes: Bool { self.resources.configuration.lake.inlinedRowLimit > 0 }

  /// Does once what there is to do.
  ///
  /// A part that fails is reported, and the others are done. Throws when it is stopped, or can't
  /// begin.
  package func run() async throws -> MaintenanceReport {
    let cancellation = Cancellation()
    let isStopped = self.state.withLock { state in
      state.current = cancellation
      return state.isStopped
    }
    guard !isStopped else { throw EngineError.shuttingDown }
    defer { self.state.withLock { $0.current = nil } }
    return try await withTaskCancellationHandler {
      try await self.thread.runIfActive {
        do {
          return try self.work(cancellation)
        } catch let error as DuckDBError {
          throw self.outward(error, cancellation)
        }
      }
    } onCancel: {
      cancellation.cancel(.shutdown)
    }
  }

  /// Interrupts the run at work, and lets no other begin.
  package func stop() {
    let current = self.state.withLock { state in
      state.isStopped = true
      return state.current
    }
    current?.cancel(.shutdown)
  }

  /// For how long there must have been newer snapshots than one that is forgotten, and no need for a
  /// file that is deleted.
  ///
  /// Counted from the start of the oldest statement or transaction here, so that none loses a file
  /// under its feet however long it takes. Those of other servers aren't known: they must be done
  /// within the retention.
  var age: Duration {
    let starts = [
      self.resources.activeStatements.oldestStart, self.resources.announced.oldestStart,
      self.sessions.oldestTransactionStart,
    ]
    let retention = self.resources.configuration.lake.maintenance.retention
    return retention + (starts.compactMap { $0 }.min().map { .now - $0 } ?? .zero)
  }
}

// MARK: - A run

extension LakeMaintenance {
  private func work(_ cancellation: Cancellation) throws -> MaintenanceReport {
    let configuration = self.resources.configuration.lake
    var run = try MaintenanceRun(
      of: self.lake,
      on: self.resources.database,
      redactor: self.resources.redactor,
      data: self.resources.data,
      cancellation: cancellation
    )
    guard try run.begin() else { return run.report }
    try run.tidyTables(flushing: self.flushes)
    try run.expireSnapshots(olderThan: self.age)
    try run.deleteOldFiles(olderThan: self.age)
    if configuration.maintenance.deletesOrphans { try run.deleteOrphans(olderThan: self.age) }
    return run.end()
  }

  private func outward(_ error: DuckDBError, _ cancellation: Cancellation) -> any Error {
    if error.code == .fatal { self.resources.invalidation.occur() }
    return cancellation.reason?.error ?? self.resources.redactor.redacted(error)
  }
}
