package import ArrowIPC

/// A part of a result, made in one turn of a worker.
package struct ResultStep: Sendable {
  /// A record batch; none where the result ends without one.
  package var batch: EncodedMessage?
  /// Whether the result ends with this part.
  package var isLast = false
}
