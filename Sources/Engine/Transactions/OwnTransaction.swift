/// A transaction that the server has begun on a connection around one statement.
///
/// Nobody but the statement is in it: clients don't know of it, and the next statement ends it.
struct OwnTransaction {
  enum Phase {
    /// The statement is being compiled or executed, or its result is being read.
    case atWork
    /// The query has been announced, and will be executed in the transaction it was compiled in.
    case awaitingFetch(CompiledStatement)
    /// The statement has been prepared, and will be executed in the transaction it was compiled in if
    /// that comes at once.
    case awaitingExecution(CompiledStatement)
    /// Nothing depends on how it ends, which it does as soon as the connection has a moment.
    case done
  }

  var phase = Phase.atWork
  let start = ContinuousClock.now
  /// Whether DuckDB refuses to write in it.
  let isReadOnly: Bool
  /// Whether nothing has run in it yet.
  var isUntouched = false
  /// Whether it leaves something to its session that a ROLLBACK would undo, though it only reads.
  var isToBeCommitted = false
  /// Whether it is around the several statements that DuckDB makes of one, to be committed after the
  /// last of them.
  var hasParts = false

  var isAtWork: Bool {
    if case .atWork = self.phase { true } else { false }
  }

  var isDone: Bool {
    if case .done = self.phase { true } else { false }
  }
}
