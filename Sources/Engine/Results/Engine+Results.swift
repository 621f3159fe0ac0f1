package import Auth

// Results of other principals are unknown, whoever has their handles.

extension Engine {
  /// How long a request to cancel waits for the end of what it cancels.
  private static let cancellationWait = Duration.seconds(1)

  /// The result behind a ticket: handed out once, unless its statement was polled for.
  package func fetch(_ handle: Handle, for principal: Principal = .anonymous) throws -> ResultStream
  {
    let stream =
      try self.resources.polled[handle, principal]?.result()
      ?? self.resources.unfetched.take(handle, for: principal)
    self.resources.beingRead.insert(stream)
    return stream
  }

  /// Stops a result wherever it is: waiting to be fetched, being computed or being read.
  package func cancel(
    _ handle: Handle,
    for principal: Principal = .anonymous
  ) async throws -> CancellationOutcome {
    if let unfetched = self.resources.unfetched.remove(handle, for: principal) {
      // One with bound values is being computed already.
      let closed = Self.cancel([unfetched])
      return await closed.wait(atMost: Self.cancellationWait) ? .cancelled : .cancelling
    }
    let streams = self.resources.beingRead.streams(of: handle)
      .filter { $0.session.principal == principal }
    let statement = self.resources.polled[handle, principal]
    guard statement != nil || !streams.isEmpty else { throw EngineError.unknownTicket }
    let closed = Self.cancel(streams)
    if let statement {
      let outcome = await statement.cancelOnRequest(waitingAtMost: Self.cancellationWait)
      guard outcome == .cancelled else { return outcome }
    }
    return await closed.wait(atMost: Self.cancellationWait) ? .cancelled : .cancelling
  }

  /// Stops results that wait to be fetched or are being read.
  ///
  /// Their readers may be waiting for their clients, who may never read on: what DuckDB holds goes
  /// nonetheless.
  private static func cancel(_ streams: [ResultStream]) -> OneTimeEvent {
    for stream in streams { stream.cancellation.cancel(.requested) }
    let closed = OneTimeEvent()
    Task {
      for stream in streams { await stream.close() }
      closed.occur()
    }
    return closed
  }

  /// Gives a result that waits for its client its whole lifetime again.
  ///
  /// - Returns: When it expires, if it may be read several times until then.
  package func renew(
    _ handle: Handle,
    for principal: Principal = .anonymous
  ) throws -> ContinuousClock.Instant? {
    if let expiry = self.resources.polled.renew(handle, for: principal) {
      // There is nothing to fetch of a statement that has failed.
      _ = try self.resources.polled[handle, principal]?.progress()
      return expiry
    }
    try self.resources.unfetched.renew(handle, for: principal)
    return nil
  }

  /// A statement that its client polls for, and when it will be given up.
  package func polled(
    _ handle: Handle,
    for principal: Principal = .anonymous
  ) throws(EngineError) -> (statement: PolledStatement, expiry: ContinuousClock.Instant) {
    guard let statement = self.resources.polled[handle, principal],
      let expiry = self.resources.polled.renew(handle, for: principal)
    else { throw .unknownPolledStatement }
    return (statement, expiry)
  }

  /// Gives up a statement whose client can't poll for it.
  package func abandon(_ statement: PolledStatement) {
    self.resources.polled.remove(statement.handle)
  }
}
