internal import ArrowIPC
internal import DequeModule

/// A result that was set aside and waits for its client.
///
/// It has threads of its own to be read on: the connection it came from is at work for others.
actor Spool {
  private nonisolated let executor: SerialBlockingExecutor
  private var inMemory: Deque<EncodedMessage>
  private let memory: ByteBudget.Share?
  private let file: SpoolFile?
  private var fileOffset: Int64 = 0
  private let failure: (any Error)?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe self.executor.asUnownedSerialExecutor()
  }

  init(_ result: SpooledResult, resources: EngineResources) {
    self.executor = SerialBlockingExecutor(threads: resources.threads)
    self.inMemory = result.inMemory
    self.memory = result.memory
    self.file = result.file
    self.failure = result.failure
  }

  func next() throws -> ResultStep {
    if let batch = try self.inMemory.popFirst() ?? self.file?.message(at: &self.fileOffset) {
      return ResultStep(batch: batch)
    }
    if let failure { throw failure }
    return ResultStep(isLast: true)
  }
}
