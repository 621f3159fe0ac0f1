internal import ArrowIPC
internal import DequeModule

/// The parts of a result that were set aside, from where they may be read several times.
struct SpooledResult: Sendable {
  var inMemory: Deque<EncodedMessage>
  /// What those take of the memory for all; `nil` where they are few.
  var memory: ByteBudget.Share?
  /// Goes on where the memory's limit was reached.
  var file: SpoolFile?
  /// The error that ended the result, if it didn't reach its end.
  var failure: (any Error)?
}
