package import ArrowIPC
internal import Synchronization

/// A statement that runs on its own while its client asks from time to time whether it has ended.
///
/// Its result is kept until it expires, and may be read several times until then.
package final class PolledStatement: Sendable {
  /// How far a statement has got.
  package enum Progress: Sendable {
    /// The result's columns as soon as they are known, and how much is done, from 0 to 1, where
    /// DuckDB knows.
    case running(Schema?, fraction: Double?)
    case completed(Schema)
  }

  private enum Phase {
    case running(Schema?)
    case completed(Schema, SpooledResult)
    case failed(any Error)
  }

  private struct State {
    var phase = Phase.running(nil)
    /// Stops what is at work for the statement now.
    var cancellation: Cancellation
    var reason: CancellationReason?
  }

  package let handle = Handle()
  /// The statement's number in the log.
  package let number = SerialNumber.nextStatement()
  let session: Session
  private let ended = OneTimeEvent()
  private let state: Mutex<State>

  init(session: Session) {
    self.session = session
    let cancellation = Cancellation()
    cancellation.reportProgress()
    self.state = Mutex(State(cancellation: cancellation))
  }

  /// Waits for the statement's end, no longer than `limit`.
  package func wait(atMost limit: Duration) async {
    _ = await self.ended.wait(atMost: limit)
  }

  /// How far the statement has got; throws the error that it ended with.
  package func progress() throws -> Progress {
    let (phase, cancellation) = self.state.withLock { ($0.phase, $0.cancellation) }
    switch phase {
    case .running(let schema): return .running(schema, fraction: cancellation.progress)
    case .completed(let schema, _): return .completed(schema)
    case .failed(let error): throw error
    }
  }

  var isRunning: Bool {
    self.state.withLock { state in
      if case .running = state.phase { true } else { false }
    }
  }

  /// The result from its beginning.
  func result() throws -> ResultStream {
    switch self.state.withLock({ $0.phase }) {
    case .running: throw EngineError.stillRunning
    case .completed(let schema, let rows):
      return ResultStream(
        completion: Completion(
          schema: schema,
          rowsChanged: -1,
          rows: Spool(rows, resources: self.session.resources)
        ),
        session: self.session,
        handle: self.handle,
        number: self.number
      )
    case .failed(let error): throw error
    }
  }
}

// MARK: - Its life

extension PolledStatement {
  /// Runs the statement to its end and keeps what it returns.
  func run(_ announce: (Cancellation) async throws -> AnnouncedResult) async {
    do {
      let announced = try await announce(self.state.withLock { $0.cancellation })
      let stream = try self.session.resources.unfetched.take(
        announced.handle,
        for: self.session.principal
      )
      self.follow(stream)
      let collector = ResultCollector(resources: self.session.resources)
      try await stream.forEachBatch { try await collector.append($0) }
      self.end(.completed(stream.schema, await collector.finish()))
    } catch {
      self.end(.failed(error))
    }
  }

  /// The statement has been compiled: from now on its result is at work.
  private func follow(_ stream: ResultStream) {
    stream.cancellation.reportProgress()
    let reason = self.state.withLock { state in
      state.cancellation = stream.cancellation
      state.phase = .running(stream.schema)
      return state.reason
    }
    if let reason { stream.cancellation.cancel(reason) }
  }

  private func end(_ phase: Phase) {
    self.state.withLock { state in
      // A result that was complete just before it was cancelled isn't wanted any more.
      state.phase = state.reason.map { .failed($0.error) } ?? phase
    }
    self.ended.occur()
  }

  /// Stops the statement, or lets go of its result.
  func cancel(_ reason: CancellationReason) {
    let cancellation = self.state.withLock { state -> Cancellation? in
      switch state.phase {
      case .running:
        state.reason = state.reason ?? reason
        return state.cancellation
      case .completed:
        state.phase = .failed(reason.error)
        return nil
      case .failed: return nil
      }
    }
    cancellation?.cancel(reason)
  }

  /// Stops the statement and waits for that, no longer than `limit`.
  func cancelOnRequest(waitingAtMost limit: Duration) async -> CancellationOutcome {
    self.cancel(.requested)
    guard await self.ended.wait(atMost: limit) else { return .cancelling }
    guard case .failed(let error) = self.state.withLock({ $0.phase }) else { return .cancelled }
    return error as? EngineError == CancellationReason.requested.error
      ? .cancelled : .notCancellable
  }
}
