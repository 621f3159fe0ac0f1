package import ArrowIPC

/// A part of a result, made in one turn of a worker.
package struct ResultStep: Sendable {
  package var messages: [EncodedMessage] = []
  package var rowCount = 0
  /// Whether the result ends with this part.
  package var isLast = false
}
