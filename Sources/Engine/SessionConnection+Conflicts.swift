internal import DuckDB
internal import Foundation

extension SessionConnection {
  /// How often a statement is run again that has met a conflict.
  private static let repetitionLimit = 4
  /// After this time it isn't run again: DuckLake has tried long enough by itself.
  private static let repetitionTime = Duration.seconds(15)
  private static let shortestPause = 0.01

  /// Runs a statement, and runs it again when its commit met another's.
  ///
  /// Only where it is a transaction of its own, and alone in its text: then nothing of it has been
  /// committed, and what it reads is read anew. It is compiled anew as well, since DuckLake may have
  /// put into the plan what it knew then. The worker waits in between, for a fifth of a second in all
  /// at most.
  func repeatingConflicts<Value>(
    of prepared: PreparedStatement,
    sql: String,
    on connection: borrowing Connection,
    _ cancellation: Cancellation,
    _ work: (PreparedStatement) throws -> Value
  ) throws -> Value {
    let deadline = ContinuousClock.now + Self.repetitionTime
    var statement = prepared
    var pause = Self.shortestPause
    for _ in 0..<Self.repetitionLimit where !self.state.isInTransaction(ObjectIdentifier(self)) {
      do {
        return try work(statement)
      } catch let error as DuckDBError {
        guard error.isConflict, .now < deadline, !cancellation.isCancelled,
          SQLScanner.statements(in: sql).count == 1
        else { throw error }
        // Two that met would meet again.
        Thread.sleep(forTimeInterval: Double.random(in: 0.5...1) * pause)
        pause *= 2
        statement = try connection.prepare(try self.signed(sql))
      }
    }
    return try work(statement)
  }
}

extension DuckDBError {
  /// Whether a transaction was rolled back because of another that was committed meanwhile.
  var isConflict: Bool {
    self.code == .transaction
      && (self.message.contains("onflict") || self.message.contains("maximum retry count"))
  }
}
