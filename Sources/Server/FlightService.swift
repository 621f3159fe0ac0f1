internal import Auth
internal import Engine
internal import FlightProtocol
internal import FlightSQL
package import GRPCCore
internal import GRPCTransport
internal import Logging

/// Serves `arrow.flight.protocol.FlightService`: Flight SQL over an engine.
///
/// GRPCCore dispatches the calls whose requests are streams, the transport itself those of
/// ``directMethods(log:)``.
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
  }

  static func method(
    _ name: String,
    _ type: MethodDescriptor.RPCType
  ) -> MethodDescriptor {
    MethodDescriptor(
      fullyQualifiedService: "arrow.flight.protocol.FlightService",
      method: name,
      type: type
    )
  }
}
