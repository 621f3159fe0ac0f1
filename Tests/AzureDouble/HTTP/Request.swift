import Foundation
import NIOCore
import NIOHTTP1

/// One HTTP request, received as a whole.
struct Request {
  let method: HTTPMethod
  /// As it stands in the request line.
  let uri: String
  /// Still percent-encoded: signatures are made over this.
  let path: String
  let query: Query
  let headers: HTTPHeaders
  let body: ByteBuffer
  let isEncrypted: Bool

  init(_ head: HTTPRequestHead, body: ByteBuffer, isEncrypted: Bool) {
    self.method = head.method
    self.uri = head.uri
    self.path = String(head.uri.prefix { $0 != "?" })
    self.query = Query(head.uri.dropFirst(self.path.count + 1))
    self.headers = head.headers
    self.body = body
    self.isEncrypted = isEncrypted
  }

  /// Without the port.
  var host: String {
    String((self.headers.first(name: "host") ?? "").prefix { $0 != ":" })
  }

  /// With the port, as the client reached this server.
  var origin: String {
    (self.isEncrypted ? "https://" : "http://") + (self.headers.first(name: "host") ?? "")
  }

  var text: String { String(buffer: self.body) }

  func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(self.body.readableBytesView))
  }
}
