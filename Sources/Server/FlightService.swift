internal import Auth
internal import Engine
internal import FlightProtocol
internal import FlightSQL
package import GRPCCore
internal import GRPCTransport
internal import Logging

/// Serves `arrow.flight.protocol.FlightService`: Flight SQL over an engine.
package struct FlightService: RegistrableRPCService {
  let engine: Engine
  let authenticator: Authenticator
  /// `nil` where no key is shared: tickets are this server's own then.
  let ticketSeal: TicketSeal?
  let log: StatementLog

  init(
    engine: Engine,
    authenticator: Authenticator,
    ticketSeal: TicketSeal?,
    log: StatementLog
  ) {
    self.engine = engine
    self.authenticator = authenticator
    self.ticketSeal = ticketSeal
    self.log = log
  }

  package func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    self.registerReads(with: &router)
    self.registerWrites(with: &router)
  }

  private func registerReads<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerHandler(
      forMethod: Self.method("GetFlightInfo", .unary),
      deserializer: ProtobufCoder<FlightDescriptor>(),
      serializer: ProtobufCoder<FlightInfo>()
    ) { request, context in
      try await self.unary(request, context, self.getFlightInfo)
    }
    router.registerHandler(
      forMethod: Self.method("GetSchema", .unary),
      deserializer: ProtobufCoder<FlightDescriptor>(),
      serializer: ProtobufCoder<FlightSchemaResult>()
    ) { request, context in
      try await self.unary(request, context, self.getSchema)
    }
    router.registerHandler(
      forMethod: Self.method("PollFlightInfo", .unary),
      deserializer: ProtobufCoder<FlightDescriptor>(),
      serializer: ProtobufCoder<FlightPollInfo>()
    ) { request, context in
      try await self.unary(request, context, self.pollFlightInfo)
    }
    router.registerHandler(
      forMethod: Self.method("DoGet", .serverStreaming),
      deserializer: ProtobufCoder<FlightTicket>(),
      serializer: FlightDataCoder()
    ) { request, context in
      try await self.doGet(request, context)
    }
    router.registerHandler(
      forMethod: Self.method("ListFlights", .serverStreaming),
      deserializer: ProtobufCoder<FlightCriteria>(),
      serializer: ProtobufCoder<FlightInfo>()
    ) { request, context in
      // Flight SQL has no named flights: the list is empty.
      let call = try await self.call(request.metadata, context)
      return StreamingServerResponse(metadata: call.responseMetadata) { _ in [:] }
    }
    router.registerHandler(
      forMethod: Self.method("ListActions", .serverStreaming),
      deserializer: ProtobufCoder<FlightEmpty>(),
      serializer: ProtobufCoder<FlightActionType>()
    ) { request, context in
      try await self.listActions(request, context)
    }
  }

  private func registerWrites<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerHandler(
      forMethod: Self.method("Handshake", .bidirectionalStreaming),
      deserializer: ProtobufCoder<FlightHandshakeRequest>(),
      serializer: ProtobufCoder<FlightHandshakeResponse>()
    ) { request, context in
      try await self.handshake(request, context)
    }
    router.registerHandler(
      forMethod: Self.method("DoPut", .bidirectionalStreaming),
      deserializer: FlightDataCoder(),
      serializer: ProtobufCoder<FlightPutResult>()
    ) { request, context in
      try await self.doPut(request, context)
    }
    router.registerHandler(
      forMethod: Self.method("DoExchange", .bidirectionalStreaming),
      deserializer: FlightDataCoder(),
      serializer: FlightDataCoder()
    ) { request, context in
      _ = try await self.call(request.metadata, context)
      throw RPCError.notBuilt("DoExchange")
    }
    router.registerHandler(
      forMethod: Self.method("DoAction", .serverStreaming),
      deserializer: ProtobufCoder<FlightAction>(),
      serializer: ProtobufCoder<FlightResult>()
    ) { request, context in
      try await self.doAction(request, context)
    }
  }

  private static func method(
    _ name: String,
    _ type: MethodDescriptor.RPCType
  ) -> MethodDescriptor {
    MethodDescriptor(
      fullyQualifiedService: "arrow.flight.protocol.FlightService",
      method: name,
      type: type
    )
  }

  /// Answers one request message by one response message.
  private func unary<Request: Sendable, Response: Sendable>(
    _ request: StreamingServerRequest<Request>,
    _ context: ServerContext,
    _ handle: @Sendable (Request, Call) async throws -> Response
  ) async throws -> StreamingServerResponse<Response> {
    let call = try await self.call(request.metadata, context)
    let message = try await request.singleMessage()
    let response = try await call.run { try await handle(message, call) }
    return StreamingServerResponse(metadata: call.responseMetadata) { writer in
      try await writer.write(response)
      return [:]
    }
  }
}

extension StreamingServerRequest {
  /// The only message of a request that isn't streamed.
  func singleMessage() async throws -> Message {
    var only: Message?
    for try await message in self.messages {
      guard only == nil else {
        throw RPCError(code: .invalidArgument, message: "The call takes one request message.")
      }
      only = message
    }
    guard let only else {
      throw RPCError(code: .invalidArgument, message: "The call has no request message.")
    }
    return only
  }
}

extension RPCError {
  static func notBuilt(_ name: String) -> RPCError {
    RPCError(code: .unimplemented, message: "This server does not support \(name) yet.")
  }
}
