/// What became of a request to cancel a result.
package enum CancellationOutcome: Hashable, Sendable {
  /// It is stopped, and what it held is free.
  case cancelled
  /// It has been told to stop and hasn't yet.
  case cancelling
  /// It had failed before.
  case notCancellable
}
