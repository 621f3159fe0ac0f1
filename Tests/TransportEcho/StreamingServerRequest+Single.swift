import GRPCCore
import GRPCTransport

extension StreamingServerRequest where Message == Rope {
  /// The only message of a unary or server-streaming call.
  func singleMessage() async throws -> Rope {
    var single: Rope?
    for try await message in messages {
      guard single == nil else {
        throw RPCError(code: .internalError, message: "more than one request message")
      }
      single = message
    }
    guard let single else {
      throw RPCError(code: .internalError, message: "no request message")
    }
    return single
  }
}

extension Rope {
  var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
