internal import ArrowIPC
internal import DequeModule

/// A result that was set aside and waits for its client.
///
/// It has threads of its own to be read on: the connection it came from is at work for others.
actor Spool {
  private nonisolated let executor: SerialBlockingExecutor
  private var inMemory: Deque<EncodedMessage>
  private let file: SpoolFile?
  private let failure: (any Error)?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe self.executor.asUnownedSerialExecutor()
  }

  init(
    _ inMemory: Deque<EncodedMessage>,
    file: SpoolFile?,
    failure: (any Error)?,
    resources: EngineResources
  ) {
    self.executor = SerialBlockingExecutor(threads: resources.threads)
    self.inMemory = inMemory
    self.file = file
    self.failure = failure
  }

  func next() throws -> ResultStep {
    if let batch = try self.inMemory.popFirst() ?? self.file?.next() {
      return ResultStep(batch: batch)
    }
    if let failure { throw failure }
    return ResultStep(isLast: true)
  }
}
