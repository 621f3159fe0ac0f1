internal import ArrowIPC
internal import DequeModule
internal import NIOCore

/// Sets the rest of a result aside: in memory up to a limit, then in an unlinked temporary file.
struct SpoolWriter {
  private var inMemory: Deque<ResultStep> = []
  private var remainingMemory: Int
  private var file: SpoolFile?
  private let directory: String

  init(configuration: EngineConfiguration) {
    self.remainingMemory = configuration.spoolMemoryByteCount
    self.directory = configuration.temporaryDirectory
  }

  mutating func append(_ step: ResultStep) throws {
    let byteCount = step.messages.reduce(0) { $0 + $1.header.readableBytes + $1.bodyByteCount }
    if self.file == nil, byteCount <= self.remainingMemory {
      self.remainingMemory -= byteCount
      self.inMemory.append(step)
      return
    }
    if self.file == nil {
      self.file = try SpoolFile(directory: self.directory)
    }
    for message in step.messages {
      try self.file?.append(message)
    }
  }

  /// - Parameter failure: The error that ended the result, if it didn't reach its end.
  consuming func finish(failure: (any Error)?, resources: EngineResources) -> Spool {
    Spool(self.inMemory, file: self.file, failure: failure, resources: resources)
  }
}
