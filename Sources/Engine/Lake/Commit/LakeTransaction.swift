internal import DuckDB

/// A transaction of the server's own on a lake, for one call of a function of DuckLake's.
///
/// DuckLake's functions choose the files when they are compiled, and compare with what others have
/// committed since their transaction began. With a transaction for each, what was committed in
/// between would be undone: a row that was deleted then was there again.
struct LakeTransaction {
  /// How it keeps those waiting that remove rows from a table whose files it replaces.
  enum Waiting {
    /// On a thread of its own.
    case blocking
    /// On a worker, which somebody may need who has the turn.
    case onWorker(WorkerThreads)
    /// Not at all: others may come first. The statement that it is a part of may have the turn.
    case none
  }

  let lake: Lake
  let database: Database
  /// Whom its snapshot names, if anybody.
  let author: String?
  let data: DataVersion
  let waiting: Waiting
  let cancellation: Cancellation

  /// Compiles and runs with `work`, and commits.
  ///
  /// - Parameter table: Whose files it puts in the place of rows or other files, if any.
  func run<Value>(
    on connection: borrowing Connection,
    replacingFilesOf table: String? = nil,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    var targets = table.map { RemovalTargets(table: $0) } ?? RemovalTargets()
    if self.lake.hasOneWriter { targets = .wholeLake }
    return try self.run(on: connection, LakeChanges(replacingFilesOf: targets), work)
  }

  /// The same for what changes the lake otherwise: nobody here removes rows meanwhile from the tables
  /// that it changes.
  func run<Value>(
    on connection: borrowing Connection,
    _ changes: LakeChanges,
    _ work: (borrowing Connection) throws -> Value
  ) throws -> Value {
    let turn = try self.takeTurn(
      of: self.lake.hasOneWriter ? TableTurns.wholeLake : changes.tables
    )
    defer { withExtendedLifetime(turn) {} }
    let commit = LakeCommit(
      lake: self.lake,
      database: self.database,
      cancellation: self.cancellation
    )
    try connection.begin()
    do {
      if let author { try connection.execute(self.lake.sign(as: author)) }
      let value = try work(connection)
      // The catalog's tables may be DuckDB's own.
      _ = self.data.beginChange()
      defer { self.data.endChange() }
      try commit.commit(connection, changes)
      return value
    } catch {
      // A COMMIT that fails has already rolled back.
      try? connection.rollBack()
      throw error
    }
  }

  private func takeTurn(of tables: Set<String>) throws -> HeldTurn? {
    guard !tables.isEmpty else { return nil }
    let turns = self.lake.tableTurns
    switch self.waiting {
    case .none: return nil
    case .blocking: try turns.takeBlocking(tables, self.cancellation)
    case .onWorker(let threads):
      try threads.replaced { try turns.takeBlocking(tables, self.cancellation) }
    }
    return HeldTurn(turns, of: tables)
  }
}
