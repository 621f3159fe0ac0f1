package import ArrowIPC

/// A result that waits to be fetched.
package struct AnnouncedResult: Sendable {
  package var handle: Handle
  /// The statement's number in the log.
  package var number: UInt64
  package var schema: Schema
  /// What it takes to run it elsewhere; `nil` where its result is only here.
  package var portable: PortableQuery?
}
