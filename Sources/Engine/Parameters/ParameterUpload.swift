internal import ArrowIPC
package import NIOCore

/// Takes in the rows that a client sends for a statement's parameters.
///
/// Rows for a query are kept, so they are limited. Those for an update go through once: what
/// exceeds a share of memory waits in a temporary file until all have come, so that neither memory
/// nor a thread is held at a client's pace.
package actor ParameterUpload {
  package enum Use: Sendable {
    case query
    case update
  }

  package nonisolated let parameterCount: Int
  private nonisolated let executor: SerialBlockingExecutor
  private let parameters: StatementParameters
  private let use: Use
  private let sessionUse: SessionUse
  private let configuration: EngineConfiguration
  private let memory: ByteBudget.Share
  private var decoder = StreamDecoder()
  private var rows: ParameterRows?
  private var byteCount = 0

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe self.executor.asUnownedSerialExecutor()
  }

  init(_ parameters: StatementParameters, for use: Use, in session: Session) {
    let resources = session.resources
    self.parameterCount = parameters.count
    self.executor = SerialBlockingExecutor(threads: resources.threads)
    self.parameters = parameters
    self.use = use
    self.sessionUse = SessionUse(of: session)
    self.configuration = resources.configuration
    self.memory = ByteBudget.Share(of: resources.boundRowBudget)
  }

  /// Takes one message of the client's stream; everything in it is checked.
  package func append(header: ByteBuffer, body: ByteBuffer) throws {
    let decoderBefore = self.decoder
    let event = try self.decoder.decode(header: header, body: body)
    if case .schema(let schema) = event {
      // Clients that have nothing to bind send a schema without fields.
      if !schema.fields.isEmpty {
        let columns = try self.parameters.columns(of: schema.fields)
        self.rows = ParameterRows(fields: schema.fields, columns: columns, memory: self.memory)
      }
      return
    }
    guard self.rows != nil else { return }
    if case .batch(let batch) = event {
      self.rows?.rowCount += batch.rowCount
    }
    let byteCount = header.readableBytes + body.readableBytes
    self.byteCount += byteCount
    switch self.use {
    case .query:
      try self.requireLimits()
      guard self.memory.grow(by: byteCount) else {
        throw EngineError.allBoundRowsTooLarge(limit: self.configuration.allBoundByteLimit)
      }
    case .update:
      let byteLimit = self.configuration.updateBoundByteLimit
      guard self.byteCount <= byteLimit else {
        throw EngineError.boundRowsTooLarge(limit: byteLimit)
      }
      guard self.rows?.overflow == nil,
        self.byteCount <= self.configuration.spoolMemoryByteCount,
        self.memory.grow(by: byteCount)
      else { return try self.setAside(header, body, decoderBefore) }
    }
    if case .batch(let batch) = event, batch.rowCount > 0 {
      self.rows?.batches.append(batch)
    }
  }

  /// All rows that came; `nil` if the client sent no columns.
  func finish() -> ParameterRows? { self.rows }

  private func requireLimits() throws(EngineError) {
    let byteLimit = self.configuration.boundByteLimit
    guard self.byteCount <= byteLimit else { throw .boundRowsTooLarge(limit: byteLimit) }
    let rowLimit = self.configuration.boundRowLimit
    guard self.rows?.rowCount ?? 0 <= rowLimit else { throw .tooManyBoundRows(limit: rowLimit) }
  }

  private func setAside(
    _ header: ByteBuffer,
    _ body: ByteBuffer,
    _ decoder: StreamDecoder
  ) throws(EngineError) {
    if self.rows?.overflow == nil {
      let file = try SpoolFile(directory: self.configuration.temporaryDirectory)
      self.rows?.overflow = ParameterRows.Overflow(file: file, decoder: decoder)
    }
    try self.rows?.overflow?.file.append(
      EncodedMessage(header: header, body: [body], bodyByteCount: body.readableBytes)
    )
  }
}
