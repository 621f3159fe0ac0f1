internal import ArrowIPC

/// Keeps the parts of a result as they come, on a worker, since files block.
actor ResultCollector {
  private nonisolated let executor: SerialBlockingExecutor
  private var writer: SpoolWriter

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe self.executor.asUnownedSerialExecutor()
  }

  init(resources: EngineResources) {
    self.executor = SerialBlockingExecutor(threads: resources.threads)
    self.writer = SpoolWriter(resources: resources)
  }

  func append(_ batch: EncodedMessage) throws {
    try self.writer.append(batch)
  }

  func finish() -> SpooledResult {
    self.writer.result(failure: nil)
  }
}
