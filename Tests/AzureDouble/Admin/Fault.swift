import NIOCore
import NIOHTTP1

/// A disturbance of the next requests of a kind.
struct Fault: Codable {
  enum Effect: Codable {
    /// Another answer, as the storage writes errors; nothing is done.
    case respond(status: Int, code: String?, retryAfterSeconds: Int?)
    /// The right answer, but late.
    case delay(seconds: Double)
    /// The right answer, whose connection ends after so many bytes of the body.
    case cut(afterBytes: Int)
    /// All is done, but the connection ends without an answer.
    case lose
  }

  let effect: Effect
  /// Of requests with this method; of any without it.
  let method: String?
  /// Of requests whose URI contains this.
  let path: String?
  /// How many requests that match are spared first.
  var skip: Int?
  /// How many requests it is for.
  var count: Int

  func matches(_ request: Request) -> Bool {
    (self.method ?? request.method.rawValue) == request.method.rawValue
      && (self.path.map { request.uri.contains($0) } ?? true)
  }

  /// - Parameter answer: Does what is asked for.
  func disturb(_ request: Request, _ answer: (Request) -> Response) -> Answer {
    switch self.effect {
    case .respond(let status, let code, let seconds):
      var error = StorageError(
        status: HTTPResponseStatus(statusCode: status),
        code: code ?? Self.code(of: status),
        message: "The double was told to fail."
      )
      if let seconds { error.headers.add(name: "retry-after", value: "\(seconds)") }
      let isDataLake = (try? StorageAddress(request).isDataLake) ?? false
      return Answer(response: error.response(request.method, isDataLake: isDataLake))
    case .delay(let seconds):
      return Answer(response: answer(request), delay: .nanoseconds(Int64(seconds * 1e9)))
    case .cut(let byteCount):
      return Answer(response: answer(request), cutAfterByteCount: byteCount)
    case .lose:
      return Answer(response: answer(request), isLost: true)
    }
  }

  private static func code(of status: Int) -> String {
    switch status {
    case 401: "InvalidAuthenticationInfo"
    case 403: "AuthorizationPermissionMismatch"
    case 404: "BlobNotFound"
    case 429, 503: "ServerBusy"
    default: "InternalError"
    }
  }
}
