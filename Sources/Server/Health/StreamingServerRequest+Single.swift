internal import GRPCCore

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
