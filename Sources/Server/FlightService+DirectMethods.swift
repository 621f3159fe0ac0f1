internal import Engine
internal import FlightProtocol
internal import GRPCCore
internal import GRPCTransport
internal import SwiftProtobuf

extension FlightService {
  /// The methods whose requests are one message.
  ///
  /// - Parameter log: Gets a line at the end of each call.
  func directMethods(log: AccessLog) -> [DirectMethod] {
    [
      self.unary("GetFlightInfo", log, self.getFlightInfo),
      self.unary("GetSchema", log, self.getSchema),
      self.unary("PollFlightInfo", log, self.pollFlightInfo),
      self.direct("DoGet", .serverStreaming, log, self.doGet),
      self.direct("DoAction", .serverStreaming, log, self.doAction),
      self.direct("ListFlights", .serverStreaming, log) {
        (_: FlightCriteria, _: Call, reply: Reply) in
        // Flight SQL has no named flights: the list is empty.
        try await reply.begin()
      },
      self.direct("ListActions", .serverStreaming, log) { (_: FlightEmpty, _: Call, reply: Reply) in
        try await self.listActions(reply)
      },
    ]
  }

  /// Answers one request message by one response message.
  private func unary<Request: SwiftProtobuf.Message, Response: SwiftProtobuf.Message>(
    _ name: String,
    _ log: AccessLog,
    _ answer: @escaping @Sendable (Request, Call) async throws -> Response
  ) -> DirectMethod {
    self.direct(name, .unary, log) { (request: Request, call: Call, reply: Reply) in
      let response = try await answer(request, call)
      try await reply.begin()
      try await reply.write(response)
    }
  }

  private func direct<Request: SwiftProtobuf.Message>(
    _ name: String,
    _ type: MethodDescriptor.RPCType,
    _ log: AccessLog,
    _ answer: @escaping @Sendable (Request, Call, Reply) async throws -> Void
  ) -> DirectMethod {
    DirectMethod(Self.method(name, type)) { direct in
      let record = CallRecord(direct, log: log)
      do {
        // Before the message is there: who may not call isn't waited for.
        let call = try await self.call(direct.metadata, direct.connection, record)
        direct.onCancel { call.cancellation.cancel() }
        let message = Rope(head: try await direct.message())
        let request: Request = try ProtobufCoder().deserialize(message)
        try await answer(request, call, Reply(direct, call))
        await direct.end()
        record.end(direct.outcome.failure?.code.status ?? .ok)
      } catch {
        let failure = record.failure(error)
        await direct.end(failure)
        // The client was told what the transport ended the call with, if it did.
        record.end((direct.outcome.failure?.code ?? failure.code).status)
      }
    }
  }
}
