package import GRPCCore

/// Why a request is refused before a handler sees it.
package enum RequestRejection: Error, Hashable {
  case httpMethodNotAllowed
  case unsupportedMediaType(String)
  case unknownMethod(String)
  case malformedTimeout(String)
  case malformedBinaryHeader(String)
  case unknownEncoding(String)
  case tooManyRunningCalls(limit: Int)

  /// Clients that don't speak gRPC understand the HTTP status; for others it is 200.
  package var httpStatus: String {
    switch self {
    case .httpMethodNotAllowed: "405"
    case .unsupportedMediaType: "415"
    default: "200"
    }
  }

  package var status: Status {
    switch self {
    case .httpMethodNotAllowed:
      Status(code: .internalError, message: "gRPC requests use the HTTP method POST.")
    case .unsupportedMediaType(let contentType):
      Status(
        code: .internalError,
        message: "The content-type '\(contentType)' isn't application/grpc."
      )
    case .unknownMethod(let path):
      Status(code: .unimplemented, message: "The method '\(path)' isn't implemented here.")
    case .malformedTimeout(let value):
      Status(code: .invalidArgument, message: "The grpc-timeout '\(value)' is malformed.")
    case .malformedBinaryHeader(let name):
      Status(code: .invalidArgument, message: "The header '\(name)' isn't base64.")
    case .unknownEncoding(let name):
      Status(code: .unimplemented, message: "The grpc-encoding '\(name)' isn't supported.")
    case .tooManyRunningCalls(let limit):
      Status(
        code: .resourceExhausted,
        message: "The connection has \(limit) calls at work already: that is the limit, four "
          + "times --max-streams."
      )
    }
  }
}
