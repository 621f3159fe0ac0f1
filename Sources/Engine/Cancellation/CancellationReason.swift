/// Why a statement was stopped before its end.
package enum CancellationReason: Hashable, Sendable {
  /// The call it ran for was cancelled, its deadline passed, or its client went away.
  case callEnded
  /// Whoever holds the result's handle asked for it.
  case requested
  /// DuckDB has computed for longer than this, the session's statement timeout.
  case timeout(Duration)
  /// No worker was free for it within this time.
  case queueWait(Duration)
  case shutdown

  /// How the statement fails.
  var error: EngineError {
    switch self {
    case .callEnded: .cancelled
    case .requested: .cancelledOnRequest
    case .timeout(let limit): .statementTimeout(limit)
    case .queueWait(let limit): .queueWaitExceeded(limit)
    case .shutdown: .shuttingDown
    }
  }
}
