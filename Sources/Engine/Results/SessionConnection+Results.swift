internal import ArrowIPC
internal import DuckDB

extension SessionConnection {
  /// Starts the query of a stream and computes its first part.
  func open(_ stream: ResultStream, query: CompiledStatement) throws -> ResultStep {
    if query.type == .select, self.state.isInTransaction(ObjectIdentifier(self)) {
      stream.cancellation.spareTransaction()
    }
    try self.begin(stream.cancellation, executing: query) { connection in
      try self.requirePermission(for: query.sql)
      let result = try self.start(query, on: connection, stream.cancellation)
      let reader = try self.reader(result)
      guard reader.schema == stream.schema else {
        // A change that another process made, or one within a transaction.
        self.resources.definitions.noteChange()
        throw EngineError.schemaChanged
      }
      self.live = LiveResult(stream: stream, reader: reader)
    }
    return try self.next(of: stream) ?? ResultStep(isLast: true)
  }

  /// Starts a query in the transaction in which it waited, or in one that may end later.
  private func start(
    _ query: CompiledStatement,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws -> QueryResult {
    let hasWaited = self.own != nil
    if !hasWaited, self.endsLater, !self.state.isInTransaction(ObjectIdentifier(self)) {
      try self.beginOwn(isReadOnly: true, on: connection)
      self.own?.isUntouched = true
    }
    return try self.executing(hasWaited: hasWaited, on: connection) {
      try self.admit(query.type, on: connection)
      return try self.execute(query, on: connection, cancellation)
    }
  }

  /// Computes the next part; `nil` if the result has been set aside meanwhile.
  func next(of stream: ResultStream) throws -> ResultStep? {
    guard let live, live.stream === stream else { return nil }
    do {
      let step = try self.proceed(stream.cancellation) { _ in try live.nextStep() }
      if step.isLast { try self.finish(live) }
      return step
    } catch {
      self.drop(live)
      throw error
    }
  }

  /// Computes part after part for as long as the reader keeps up, without leaving the worker unless
  /// others may be waiting for one.
  ///
  /// - Returns: Whether there is more to come from where the result has been set aside to.
  func produce(_ stream: ResultStream, into channel: StepChannel) async throws -> Bool {
    while let step = try self.next(of: stream) {
      let isWanted = await channel.send(step)
      if step.isLast { return false }
      guard isWanted else {
        self.close(stream)
        return false
      }
      if self.resources.isBusy { await Task.yield() }
    }
    return true
  }

  /// Ends a result that isn't read to its end.
  func close(_ stream: ResultStream) {
    if let live, live.stream === stream {
      self.drop(live)
    }
  }

  /// Sets the result that is being read aside, so that the connection is free for a statement.
  func setLiveResultAside() {
    guard let live else { return }
    var writer = SpoolWriter(resources: self.resources)
    var failure: (any Error)?
    do {
      try self.proceed(live.stream.cancellation) { _ in
        try writer.append { try live.nextStep() }
      }
      try self.finish(live)
    } catch {
      self.drop(live)
      failure = error
    }
    live.stream.continue(from: writer.finish(failure: failure, resources: self.resources))
  }

  /// Runs a result to its end and keeps its rows.
  func spool(_ reader: consuming RecordBatchReader) throws -> Spool {
    var writer = SpoolWriter(resources: self.resources)
    var reader = reader
    try writer.append { try reader.nextStep() }
    return writer.finish(failure: nil, resources: self.resources)
  }
}
