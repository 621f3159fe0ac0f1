package import ArrowIPC

/// A result that waits to be fetched.
package struct AnnouncedResult: Sendable {
  package var handle: Handle
  package var schema: Schema
}
