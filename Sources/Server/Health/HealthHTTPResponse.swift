package import NIOHTTP1

/// What is answered to one HTTP request.
package struct HealthHTTPResponse: Hashable, Sendable {
  package let status: HTTPResponseStatus
  /// JSON.
  package let body: String

  package static let allowedMethods = "GET, HEAD"

  /// - Parameter uri: As it stands in the request line; what follows `?` has no meaning.
  package init(_ method: HTTPMethod, _ uri: String, report: @autoclosure () -> HealthReport) {
    let path = uri.prefix { $0 != "?" }
    let isRead = method == .GET || method == .HEAD
    switch path {
    case "/livez" where !isRead, "/readyz" where !isRead:
      self.init(.methodNotAllowed, #"{"error":"only GET and HEAD are served"}"#)
    case "/livez":
      // That an event loop came to answer is all that it says.
      self.init(.ok, #"{"status":"live"}"#)
    case "/readyz":
      let report = report()
      self.init(report.isServing ? .ok : .serviceUnavailable, report.json)
    default:
      self.init(.notFound, #"{"error":"only /livez and /readyz are served"}"#)
    }
  }

  private init(_ status: HTTPResponseStatus, _ body: String) {
    self.status = status
    self.body = body
  }
}
