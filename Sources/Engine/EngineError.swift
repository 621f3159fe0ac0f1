/// A failure that is the engine's own rather than DuckDB's.
package enum EngineError: Error, Hashable, Sendable {
  /// The statement was cancelled before or while it ran.
  case cancelled
  /// Whoever holds the result's handle has cancelled it.
  case cancelledOnRequest
  /// DuckDB has worked for the statement for longer than this.
  case statementTimeout(Duration)
  /// DuckDB stopped the statement because of a failure in one of its threads, and reports the stop
  /// instead of the failure.
  case reasonLost
  /// The text holds no statement, only blanks or comments.
  case noStatement
  case statementTooLong(byteCount: Int, limit: Int)
  /// No such ticket, or it has been fetched, or it has expired.
  case unknownTicket
  /// No such statement to poll for, or it has expired.
  case unknownPolledStatement
  /// The statement that is polled for has no result yet.
  case stillRunning
  case tooManyPolledStatements(limit: Int)
  case tooManyPolledStatementsOfPrincipal(limit: Int)
  case keptResultTooLarge(limit: Int)
  /// No such prepared statement, or it has been closed.
  case unknownPreparedStatement
  /// No such transaction, or it has ended.
  case unknownTransaction
  /// The server has rolled the transaction back because it was idle for too long.
  case transactionExpired
  /// The server has rolled the transaction back because it was open for longer than this.
  case transactionTooOld(Duration)
  /// COMMIT of a transaction that an earlier error has aborted.
  case transactionAborted
  /// A statement of a transaction whose end has failed before.
  case transactionLost
  /// The session's only place for a transaction, where its temporary objects are, has one.
  case alreadyInTransaction
  case tooManyTransactions(limit: Int)
  /// Others have changed a table since the transaction began that it has removed rows from; `nil`
  /// where it isn't known which.
  case lakeConflict(table: String?)
  /// Tables' files were not merged or rewritten because others kept changing the tables.
  case checkpointIncomplete(tables: [String])
  /// The local folder with the lake's data has been moved or removed while the server ran.
  case lakeFolderGone(lake: String)
  /// Files of the lake would be rewritten twice in a transaction, or by what was compiled in another.
  case filesRewrittenTwice
  /// A table that is to be partitioned by buckets has rows, which that would hide.
  case rowsBeforeBuckets(table: String)
  /// Others that have removed rows from the lake didn't commit within this time.
  case commitWaitExceeded(Duration)
  /// The connection to the lake's catalog was lost between COMMIT and its answer.
  case commitOutcomeUnknown
  /// The connection to the lake's catalog was lost before its COMMIT.
  case catalogLost
  /// The principal's role doesn't allow it.
  case notPermitted(role: String, statement: String)
  /// The session was closed by its client or has been idle for too long.
  case sessionClosed
  /// More statements wait for a worker than the queue holds.
  case queueFull(limit: Int)
  /// No worker took the statement up within this time.
  case queueWaitExceeded(Duration)
  case tooManyStatements(limit: Int)
  case tooManyResultRows(limit: Int)
  case resultTooLarge(limit: Int)
  case tooManySessions(limit: Int)
  case tooManySessionsOfPrincipal(limit: Int)
  /// The statement waits for values and none have been bound.
  case parametersNotBound(count: Int)
  case parameterCountMismatch(columns: Int, parameters: Int)
  /// Numbered parameters leave one out.
  case parametersNotNumbered(count: Int)
  case parametersInSeveralStatements
  /// A later row of values gives the result other columns than the first.
  case boundResultChanged
  case tooManyBoundRows(limit: Int)
  case boundRowsTooLarge(limit: Int)
  /// The rows bound to all statements.
  case allBoundRowsTooLarge(limit: Int)
  /// Ingestions have more than this waiting to be inserted.
  case ingestionsTooLarge(limit: Int)
  /// A table changed between the ticket and its fetch.
  case schemaChanged
  /// A result that had to be set aside can't be written to or read from its temporary file.
  case spoolFailed(String)
  /// DuckDB has met a fatal error and can't go on.
  case invalidated
  /// The server is shutting down.
  case shuttingDown
}

extension EngineError: CustomStringConvertible {
  package var description: String { self.message }

  package var message: String {
    switch self {
    case .cancelled:
      "The statement was cancelled."
    case .cancelledOnRequest:
      "The statement was cancelled by its client's request."
    case .statementTimeout(let limit):
      "The statement was cancelled because it was computed for longer than \(limit) "
        + "(statement timeout; the session option statement_timeout changes it)."
    case .reasonLost:
      "The statement failed, and DuckDB did not keep the reason: run it again to see it."
    case .noStatement:
      "The text holds no SQL statement."
    case .statementTooLong(let byteCount, let limit):
      "The SQL text has \(byteCount) bytes; the limit is \(limit) (statement length limit). "
        + "Send values as parameters, and rows by ingestion."
    case .unknownTicket:
      "The ticket is unknown: it was fetched (which can be done once), it has expired, or another "
        + "server made it."
    case .unknownPolledStatement:
      "The statement to poll for is unknown: it has expired, its session has ended, or another "
        + "server made it."
    case .stillRunning:
      "The statement is still running: poll until it is complete, then fetch its result."
    case .tooManyPolledStatements(let limit):
      "The server already runs \(limit) statements that are polled for (polled statement limit)."
    case .tooManyPolledStatementsOfPrincipal(let limit):
      "You already have \(limit) statements at work that are polled for "
        + "(polled statement limit of a principal, --max-polled-statements-per-principal)."
    case .keptResultTooLarge(let limit):
      "The result has more than \(limit) bytes, the most that is kept for a client that polls, or whose "
        + "next statement needs the connection (kept result limit): read it while it is computed."
    case .unknownPreparedStatement:
      "The prepared statement is unknown: it was closed, its session has ended, it made room for "
        + "newer ones (prepared statement limit), or another server made it."
    case .unknownTransaction:
      "The transaction is unknown: it was committed or rolled back, its session has ended, or another "
        + "server began it."
    case .transactionExpired:
      "The transaction was rolled back because it was idle for too long "
        + "(transaction idle limit, --transaction-idle-seconds)."
    case .transactionTooOld(let limit):
      "The transaction was rolled back because it was open for longer than \(limit) "
        + "(transaction lifetime, --transaction-lifetime-seconds)."
    case .transactionAborted:
      "The transaction was aborted by an earlier error: it is rolled back, nothing was committed."
    case .transactionLost:
      "The transaction before this could not be committed and has ended: connect anew, or begin another."
    case .alreadyInTransaction:
      "A transaction is open already: a session with temporary objects has one at a time."
    case .tooManyTransactions(let limit):
      "The session already uses \(limit) connections (connection limit of a session): "
        + "end a transaction first."
    case .lakeConflict(let table):
      "Transaction conflict: another transaction has changed "
        + (table.map { "table \"\($0)\"" } ?? "the lake")
        + " since this one began, which changes it too. Nothing was committed; run all of it again."
    case .checkpointIncomplete(let tables):
      "CHECKPOINT did not come to its end for " + (tables.count == 1 ? "table " : "tables ")
        + tables.map { "\"\($0)\"" }.joined(separator: ", ")
        + ", since others kept changing what it read. All else is done; run it again."
    case .lakeFolderGone(let lake):
      "The folder with the data of '\(lake)' has been moved or removed since the server started: "
        + "it must be put back, or the server started again with a lake that is there."
    case .rowsBeforeBuckets(let table):
      "Table \(table) has rows, and partitioning it by bucket(…) would hide them from filters, UPDATE and DELETE "
        + "(DuckLake 1.5.5): make a new table, partition that, and insert them into it."
    case .filesRewrittenTwice:
      "Files of the lake can be merged or rewritten once in a transaction, by one call in a statement "
        + "without WITH, and not by PREPARE, a view or a macro: DuckLake would write their rows twice."
    case .commitWaitExceeded(let limit):
      "The transaction was rolled back because others that have changed the lake were being "
        + "committed for longer than \(limit) (commit wait). Run all of it again."
    case .catalogLost:
      "The connection to the lake's catalog was lost: nothing was committed. Run all of it again."
    case .commitOutcomeUnknown:
      "The connection to the lake's catalog was lost during COMMIT: nobody has said whether the "
        + "transaction was committed. Look before you run it again; if files of a table are missing "
        + "now, whoever runs the server must restore them (docs/robustness.md, lost COMMIT)."
    case .notPermitted(let role, let statement):
      "The role \(role) only reads: it may not run \(statement)."
    case .sessionClosed:
      "The session has ended."
    case .queueFull(let limit):
      "The server is busy: \(limit) statements are already waiting "
        + "(statement queue limit, --max-queued-statements). Try again later."
    case .queueWaitExceeded(let limit):
      "The server is busy: the statement waited for longer than \(limit) and was given up "
        + "(statement queue wait, --queue-wait-seconds). Try again later."
    case .tooManyStatements(let limit):
      "You already have \(limit) statements waiting, at work or being read "
        + "(statement limit of a principal, --max-statements-per-principal)."
    case .tooManyResultRows(let limit):
      "The result has more than \(limit) rows (result row limit, --max-result-rows): "
        + "add a LIMIT or aggregate."
    case .resultTooLarge(let limit):
      "The result has more than \(limit) bytes (result byte limit, --max-result-bytes): "
        + "add a LIMIT, or select fewer columns."
    case .tooManySessions(let limit):
      "The server already has \(limit) sessions (session limit, --max-sessions)."
    case .tooManySessionsOfPrincipal(let limit):
      "You already have \(limit) sessions "
        + "(session limit of a principal, --max-sessions-per-principal): close one first."
    case .parametersNotBound(let count):
      "The statement has \(Self.counted(count, "parameter")) and no values were bound."
    case .parameterCountMismatch(let columns, let parameters):
      "The statement has \(Self.counted(parameters, "parameter")), but values came in "
        + "\(Self.counted(columns, "column")): send one column for each parameter."
    case .parametersNotNumbered(let count):
      "The statement has \(count) numbered parameters, and their numbers leave some out: "
        + "use $1 to $\(count)."
    case .parametersInSeveralStatements:
      "The text has several statements, one of them with parameters: prepare each by itself. "
        + "A PIVOT counts as several, unless its values are listed by IN."
    case .boundResultChanged:
      "A row of bound values gives the result other columns than the first row: "
        + "cast the parameters, as in ?::INTEGER."
    case .tooManyBoundRows(let limit):
      "The rows bound to a query exceed the limit of \(limit) (bound row limit)."
    case .boundRowsTooLarge(let limit):
      "The rows bound to a statement exceed the limit of \(limit) bytes (bound byte limit): bind fewer at a time, "
        + "or ingest them."
    case .allBoundRowsTooLarge(let limit):
      "The server is busy: the rows bound to all statements have \(limit) bytes already "
        + "(limit of all bound bytes). Try again later, and close statements that aren't needed."
    case .ingestionsTooLarge(let limit):
      "The server is busy: ingestions have \(limit) bytes waiting to be inserted already "
        + "(ingestion byte limit). Try again later."
    case .schemaChanged:
      "A table changed after the query was described, and its result has other columns now: "
        + "send the query again."
    case .spoolFailed(let reason):
      "A result could not be set aside: \(reason)."
    case .invalidated:
      "The database can't go on after a fatal error; what was committed is kept."
    case .shuttingDown:
      "The server is shutting down."
    }
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }
}
