package import GRPCCore
package import NIOCore

/// A call whose request is one message, as the handler sees it that answers it without GRPCCore's
/// dispatch.
package struct DirectCall: Sendable {
  package let method: MethodDescriptor
  package let metadata: Metadata
  package let connection: ConnectionInfo
  package let outcome: CallOutcome
  let running: RunningCall
  let queue: RequestQueue
  let writer: ResponseWriter
}

extension DirectCall {
  /// The request's only message; to be asked for once.
  package func message() async throws -> ByteBuffer {
    guard case .message(let message) = try await queue.next() else {
      throw RPCError(code: .invalidArgument, message: "The call has no request message.")
    }
    guard try await queue.next() == nil else {
      throw RPCError(code: .invalidArgument, message: "The call takes one request message.")
    }
    return message.contiguous
  }

  /// Has `body` called when the client goes away, its deadline passes or the server stops before
  /// the response has ended; at once if that has happened.
  package func onCancel(_ body: @escaping @Sendable () -> Void) {
    running.onCancel(body)
  }

  /// Begins the response. A call that fails before is answered by its status alone.
  package func begin(_ metadata: Metadata) async throws {
    try await writer.write(.metadata(metadata))
  }

  /// Sends a message, once the response has begun; suspends while the client doesn't keep up.
  package func write(_ message: Rope) async throws {
    try await writer.write(.message(message))
  }

  /// Ends the response.
  ///
  /// - Parameter error: Why the call has failed, if it has.
  package func end(_ error: RPCError? = nil) async {
    let status =
      error.map { Status(code: Status.Code($0.code), message: $0.message) }
      ?? Status(code: .ok, message: "")
    // Throws if the transport has ended the call before: then there is nobody to tell.
    try? await writer.write(.status(status, error?.metadata ?? [:]))
  }
}
