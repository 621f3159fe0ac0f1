internal import Engine

/// Holds a result for as long as its response may still be sent.
///
/// A response whose client has gone before it began is dropped without having been asked for
/// anything: then nobody else would end the result.
final class ResultLease: Sendable {
  let stream: ResultStream

  init(_ stream: ResultStream) {
    self.stream = stream
  }

  deinit {
    self.stream.abandon()
  }
}
