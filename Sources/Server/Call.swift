internal import Engine
internal import FlightSQL
internal import GRPCCore
internal import GRPCTransport

/// One RPC: the session it belongs to and what cancels it.
struct Call: Sendable {
  let session: Session
  let cancellation = Cancellation()
  let record = CallRecord.current
  /// How long the client waits for the answer, if it said so.
  let timeout: GRPCTimeout?
  /// What every response to this call begins with.
  let responseMetadata: Metadata

  /// Runs the call's work; the client going away or its deadline passing cancels it.
  func run<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
    try await withRPCCancellationHandler(operation: work) { self.cancellation.cancel() }
  }
}

extension FlightService {
  /// Finds the session of a call; a client that has none yet is told its new one's id.
  func call(_ metadata: Metadata, _ context: ServerContext) throws -> Call {
    let connection = context.transportSpecific as? ConnectionInfo
    let found = try self.engine.sessions.session(
      id: SessionCookie.id(in: metadata),
      connection: connection?.id ?? 0
    )
    if found.isFirstCall, let connection {
      let sessions = self.engine.sessions
      connection.onClose { sessions.connectionClosed(connection.id) }
    }
    let call = Call(
      session: found.session,
      timeout: metadata[stringValues: "grpc-timeout"].first { _ in true }
        .flatMap { GRPCTimeout(headerValue: $0) },
      responseMetadata: found.isNew ? SessionCookie.metadata(for: found.session) : [:]
    )
    call.record?.note(session: call.session)
    call.record?.note(work: call.cancellation)
    return call
  }
}

extension Call {
  /// Notes for the log what the client asks for.
  func noting(_ command: Command) -> Command {
    self.record?.note(command: command.name)
    return command
  }

  func noting(_ action: Action) -> Action {
    self.record?.note(command: action.type)
    return action
  }

  func noting(_ announced: AnnouncedResult) -> AnnouncedResult {
    self.record?.note(statement: announced.number)
    return announced
  }

  /// Notes for the log that the call runs a statement which nobody fetches.
  func noteStatement() {
    self.record?.note(statement: SerialNumber.nextStatement())
  }
}
