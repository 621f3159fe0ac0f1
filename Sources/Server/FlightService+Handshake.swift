internal import Engine
internal import FlightProtocol
internal import GRPCCore

extension FlightService {
  /// Answers as clients that log in expect: the session's id is in the response headers, and each
  /// request message gets an empty answer.
  func handshake(
    _ request: StreamingServerRequest<FlightHandshakeRequest>,
    _ context: ServerContext
  ) async throws -> StreamingServerResponse<FlightHandshakeResponse> {
    let call = try self.call(request.metadata, context)
    let messages = request.messages
    return StreamingServerResponse(metadata: SessionCookie.metadata(for: call.session)) { writer in
      for try await message in messages {
        var response = FlightHandshakeResponse()
        response.protocolVersion = message.protocolVersion
        try await writer.write(response)
      }
      return [:]
    }
  }
}
