internal import Auth
internal import Engine
internal import FlightProtocol
internal import Foundation
internal import GRPCCore
internal import GRPCTransport

extension FlightService {
  /// Answers as clients that log in expect: the session's id and its token are in the response
  /// headers, and each request message gets an empty answer.
  ///
  /// A client that shows a name and a password in its first message gets the token as the answer.
  func handshake(
    _ request: StreamingServerRequest<FlightHandshakeRequest>,
    _ context: ServerContext
  ) async throws -> StreamingServerResponse<FlightHandshakeResponse> {
    let connection = context.transportSpecific as? ConnectionInfo
    let metadata = request.metadata
    guard self.authenticator.isEnabled else {
      let call = try await self.call(metadata, context)
      return Self.echo(request, SessionCookie.metadata(for: call.session))
    }
    let hasCertificate =
      self.authenticator.usesCertificates && connection?.certificate != nil
    guard Self.authorization(in: metadata) == nil, !hasCertificate else {
      let identity = try await self.identity(metadata, connection)
      let call = try self.call(metadata, connection, identity, isLogin: true)
      return Self.echo(request, call.responseMetadata)
    }
    var messages = request.messages.makeAsyncIterator()
    guard let message = try await messages.next(isolation: #isolation) else {
      throw AuthenticationError.headerRequired
    }
    let identity = try await self.identity(message, connection)
    let call = try self.call(metadata, connection, identity, isLogin: true)
    var response = FlightHandshakeResponse()
    response.protocolVersion = message.protocolVersion
    let token = try self.authenticator.token(for: identity, session: call.session.id.text)
    response.payload = Data(token.utf8)
    return StreamingServerResponse(metadata: call.responseMetadata) { [response] writer in
      try await writer.write(response)
      return [:]
    }
  }

  private static func echo(
    _ request: StreamingServerRequest<FlightHandshakeRequest>,
    _ metadata: Metadata
  ) -> StreamingServerResponse<FlightHandshakeResponse> {
    let messages = request.messages
    return StreamingServerResponse(metadata: metadata) { writer in
      for try await message in messages {
        var response = FlightHandshakeResponse()
        response.protocolVersion = message.protocolVersion
        try await writer.write(response)
      }
      return [:]
    }
  }
}
