import NIOHTTP1
import Server
import Testing

struct HealthHTTPResponseTests {
  private let starting = HealthReport()

  private var open: HealthReport {
    var report = HealthReport()
    report.open()
    return report
  }

  @Test(arguments: ["/livez", "/livez?verbose"])
  func `A server is live whatever its health`(uri: String) {
    #expect(HealthHTTPResponse(.GET, uri, report: self.starting).status == .ok)
    #expect(HealthHTTPResponse(.HEAD, uri, report: self.open).status == .ok)
  }

  @Test(arguments: ["/readyz", "/readyz?verbose=1"])
  func `A server is ready while it is serving`(uri: String) {
    #expect(HealthHTTPResponse(.GET, uri, report: self.open).status == .ok)
    let response = HealthHTTPResponse(.GET, uri, report: self.starting)
    #expect(response.status == .serviceUnavailable)
    #expect(response.body == #"{"components":{},"status":"starting"}"#)
  }

  @Test(arguments: ["", "/", "/healthz", "/livez/", "//livez", "livez", "http://a/livez"])
  func `Nothing else is there`(uri: String) {
    #expect(HealthHTTPResponse(.GET, uri, report: self.open).status == .notFound)
  }

  @Test(arguments: [HTTPMethod.POST, .PUT, .DELETE, .OPTIONS, .RAW(value: "BREW")])
  func `Other methods are not allowed`(method: HTTPMethod) {
    #expect(HealthHTTPResponse(method, "/livez", report: self.open).status == .methodNotAllowed)
    #expect(HealthHTTPResponse(method, "/readyz", report: self.open).status == .methodNotAllowed)
  }
}
