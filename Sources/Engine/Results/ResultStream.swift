package import ArrowIPC
internal import Synchronization

/// A result as its client reads it: announced, then computed part by part, each when it is asked
/// for.
///
/// Asking for the next part suspends until a worker has made it. A worker runs ahead by a few parts
/// and then holds no thread: the client's reading speed is the query's. One reader at a time.
package final class ResultStream: Sendable {
  private enum Source {
    case query(CompiledStatement)
    case live(SessionConnection)
    case spool(Spool)
    case nothing
  }

  /// How many parts may wait for their reader: enough that neither side waits for the other's
  /// thread to wake up, and a few MiB at most.
  private static let stepsAhead = 2

  let handle: Handle
  /// The statement's number in the log.
  package let number: UInt64
  package let schema: Schema
  package let cancellation: Cancellation
  let session: Session
  private let endsSession: Bool
  private let source: Mutex<Source>
  private let delivered = Mutex((rowCount: 0, byteCount: 0))

  /// - Parameter endsSession: Whether the session is there for this result alone.
  init(
    query: CompiledStatement,
    schema: Schema,
    session: Session,
    handle: Handle = Handle(),
    endsSession: Bool = false
  ) {
    self.handle = handle
    self.endsSession = endsSession
    self.number = SerialNumber.nextStatement()
    self.schema = schema
    self.cancellation = Cancellation()
    self.session = session
    self.source = Mutex(.query(query))
  }

  /// A result that `connection` is computing already, checked out for it.
  init(
    live connection: SessionConnection,
    schema: Schema,
    session: Session,
    cancellation: Cancellation
  ) {
    self.handle = Handle()
    self.number = SerialNumber.nextStatement()
    self.schema = schema
    self.cancellation = cancellation
    self.session = session
    self.endsSession = false
    self.source = Mutex(.live(connection))
  }

  init(
    completion: Completion,
    session: Session,
    handle: Handle = Handle(),
    number: UInt64 = SerialNumber.nextStatement()
  ) {
    self.handle = handle
    self.number = number
    self.schema = completion.schema
    self.cancellation = Cancellation()
    self.session = session
    self.endsSession = false
    self.source = Mutex(completion.rows.map { .spool($0) } ?? .nothing)
  }

  /// The next part; `nil` after the last.
  package func next() async throws -> ResultStep? {
    let step: ResultStep?
    do {
      step = try await self.nextStep()
    } catch {
      self.end()
      throw error
    }
    do {
      try self.admit(step?.batch)
    } catch {
      // Its end may have to wait for a worker, its client need not.
      self.abandon()
      throw error
    }
    if step?.isLast ?? true { self.end() }
    return step
  }

  private func nextStep() async throws -> ResultStep? {
    while true {
      switch self.source.withLock({ $0 }) {
      case .query(let query):
        let connection = try self.session.checkOut(preferring: query)
        self.source.withLock { $0 = .live(connection) }
        try self.session.enterQueue(for: connection, self.cancellation)
        return try await self.session.takeTurn(on: connection, self.cancellation) {
          try await connection.open(self, query: query)
        }
      case .live(let connection):
        if let step = try await connection.next(of: self) { return step }
      case .spool(let spool):
        if let reason = self.cancellation.reason { throw reason.error }
        return try await spool.next()
      case .nothing:
        // Whoever cancels may have let go of the rest already.
        if let reason = self.cancellation.reason { throw reason.error }
        return nil
      }
    }
  }

  /// Reads all parts to come, while a worker makes the ones after them.
  ///
  /// - Parameter body: Gets each batch in order. If it throws, the rest is not computed.
  package func forEachBatch(_ body: (EncodedMessage) async throws -> Void) async throws {
    let channel = StepChannel(limit: Self.stepsAhead)
    async let production: Void = self.produce(into: channel)
    do {
      while let step = try await channel.receive() {
        try self.admit(step.batch)
        if let batch = step.batch { try await body(batch) }
      }
    } catch {
      self.cancellation.cancel()
      channel.close()
      await production
      throw error
    }
    await production
  }

  /// Counts what its client gets, and refuses what goes beyond the limits.
  private func admit(_ batch: EncodedMessage?) throws(EngineError) {
    guard let batch else { return }
    let (rowCount, byteCount) = self.delivered.withLock { delivered in
      delivered.rowCount += batch.rowCount
      delivered.byteCount += batch.bodyByteCount
      return delivered
    }
    let configuration = self.session.resources.configuration
    if let limit = configuration.resultRowLimit, rowCount > limit {
      throw .tooManyResultRows(limit: limit)
    }
    if let limit = configuration.resultByteLimit, byteCount > limit {
      throw .resultTooLarge(limit: limit)
    }
  }

  /// Makes part after part until the last is made or nobody wants more.
  private func produce(into channel: StepChannel) async {
    do {
      var wantsMore = true
      while wantsMore {
        if case .live(let connection) = self.source.withLock({ $0 }) {
          wantsMore = try await connection.produce(self, into: channel)
        } else if let step = try await self.nextStep() {
          wantsMore = await channel.send(step) && !step.isLast
        } else {
          wantsMore = false
        }
      }
      channel.finish()
    } catch {
      channel.finish(throwing: error)
    }
    self.end()
  }

  /// Ends the result before its end.
  ///
  /// To be called whenever the reader stops early.
  package func close() async {
    if case .live(let connection) = self.source.withLock({ $0 }) {
      await connection.close(self)
    }
    self.end()
  }

  /// Ends the result, if it hasn't ended, when nobody can wait for that.
  package func abandon() {
    guard case .live = self.source.withLock({ $0 }) else { return self.end() }
    self.cancellation.cancel()
    Task { await self.close() }
  }

  /// Goes on with what was set aside of it.
  func `continue`(from spool: Spool) {
    self.replaceSource(by: .spool(spool))
  }

  private func end() {
    self.replaceSource(by: .nothing)
    self.session.resources.activeStatements.remove(self.cancellation)
    self.session.resources.beingRead.remove(self)
    if self.endsSession { self.session.close() }
  }

  private func replaceSource(by source: Source) {
    let previous = self.source.withLock { current in
      defer { current = source }
      return current
    }
    if case .live(let connection) = previous {
      self.session.checkIn(connection)
    }
  }
}
