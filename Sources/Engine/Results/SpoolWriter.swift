internal import ArrowIPC
internal import DequeModule
internal import NIOCore

/// Sets the rest of a result aside: in memory up to a limit, then in an unlinked temporary file.
struct SpoolWriter {
  private var inMemory: Deque<EncodedMessage> = []
  private var remainingMemory: Int
  private var file: SpoolFile?
  private var byteCount = 0
  private let byteLimit: Int
  private let directory: String
  private let memory: ByteBudget.Share

  init(resources: EngineResources) {
    let configuration = resources.configuration
    self.byteLimit = configuration.keptResultByteLimit
    self.remainingMemory = configuration.spoolMemoryByteCount
    self.directory = configuration.temporaryDirectory
    self.memory = ByteBudget.Share(of: resources.keptResultBudget)
  }

  /// Appends the parts of a result up to its last.
  mutating func append(from next: () throws -> ResultStep) throws {
    var isLast = false
    while !isLast {
      let step = try next()
      isLast = step.isLast
      if let batch = step.batch { try self.append(batch) }
    }
  }

  mutating func append(_ batch: EncodedMessage) throws {
    let byteCount = batch.header.readableBytes + batch.bodyByteCount
    self.byteCount += byteCount
    guard self.byteCount <= self.byteLimit else {
      throw EngineError.keptResultTooLarge(limit: self.byteLimit)
    }
    if self.file == nil, byteCount <= self.remainingMemory, self.memory.grow(by: byteCount) {
      self.remainingMemory -= byteCount
      self.inMemory.append(batch)
      return
    }
    if self.file == nil {
      self.file = try SpoolFile(directory: self.directory)
    }
    try self.file?.append(batch)
  }

  /// - Parameter failure: The error that ended the result, if it didn't reach its end.
  consuming func finish(failure: (any Error)?, resources: EngineResources) -> Spool {
    Spool(self.result(failure: failure), resources: resources)
  }

  func result(failure: (any Error)?) -> SpooledResult {
    SpooledResult(
      inMemory: self.inMemory,
      memory: self.memory,
      file: self.file,
      failure: failure
    )
  }
}
