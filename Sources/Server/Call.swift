internal import Auth
internal import Engine
internal import FlightSQL
internal import GRPCCore
internal import GRPCTransport

/// One RPC: the session it belongs to and what cancels it.
struct Call: Sendable {
  let session: Session
  let use: SessionUse
  let cancellation = Cancellation()
  let record: CallRecord?
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
  /// Finds out who calls, and their session; a client that has none yet is told its new one's id.
  func call(_ metadata: Metadata, _ context: ServerContext) async throws -> Call {
    let connection = context.transportSpecific as? ConnectionInfo
    return try await self.call(metadata, connection, CallRecord.current)
  }

  func call(
    _ metadata: Metadata,
    _ connection: ConnectionInfo?,
    _ record: CallRecord?
  ) async throws -> Call {
    guard self.authenticator.isEnabled else {
      let id = SessionCookie.cookie(in: metadata) ?? SessionCookie.token(in: metadata)
      return try self.call(metadata, connection, record, .anonymous, id: id) { session, isNew in
        isNew ? SessionCookie.metadata(for: session) : [:]
      }
    }
    let identity = try await self.identity(metadata, connection)
    return try self.call(metadata, connection, identity, record: record)
  }

  /// - Parameter isLogin: Whether the client wants a token whatever it has shown.
  func call(
    _ metadata: Metadata,
    _ connection: ConnectionInfo?,
    _ identity: Identity,
    record: CallRecord? = CallRecord.current,
    isLogin: Bool = false
  ) throws -> Call {
    let id = SessionCookie.cookie(in: metadata) ?? identity.session.flatMap { Handle(text: $0) }
    return try self.call(
      metadata,
      connection,
      record,
      identity.principal,
      id: id,
      isLogin: isLogin
    ) { session, isNew in
      var response: Metadata = [:]
      if isNew || isLogin { response = SessionCookie.cookie(for: session) }
      if isNew || isLogin || identity.wantsToken {
        let token = try self.authenticator.token(for: identity, session: session.id.text)
        response.addString("Bearer \(token)", forKey: "authorization")
      }
      return response
    }
  }

  private func call(
    _ metadata: Metadata,
    _ connection: ConnectionInfo?,
    _ record: CallRecord?,
    _ principal: Principal,
    id: Handle?,
    isLogin: Bool = false,
    respond: (Session, Bool) throws -> Metadata
  ) throws -> Call {
    let found = try self.engine.sessions.session(
      id: id,
      connection: connection?.id ?? 0,
      principal: principal,
      address: metadata[stringValues: "x-forwarded-for"].first { _ in true },
      isLogin: isLogin
    )
    if found.isFirstCall, let connection {
      connection.noteAuthentication()
      let sessions = self.engine.sessions
      connection.onClose { sessions.connectionClosed(connection.id) }
    }
    let call = Call(
      session: found.session,
      use: found.use,
      record: record,
      timeout: metadata[stringValues: RequestHead.timeoutKey].first { _ in true }
        .flatMap { GRPCTimeout(headerValue: $0) },
      responseMetadata: try respond(found.session, found.isNew)
    )
    call.record?.note(session: call.session, call.responseMetadata)
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
