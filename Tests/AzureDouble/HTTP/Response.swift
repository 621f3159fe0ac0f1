import Foundation
import NIOCore
import NIOHTTP1

/// What is answered to one request.
struct Response {
  var status: HTTPResponseStatus
  var headers: HTTPHeaders
  var body: ByteBuffer
  /// The length told to `HEAD`, which gets no body.
  var toldByteCount: Int?

  init(_ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: ByteBuffer = .init()) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  init(_ status: HTTPResponseStatus = .ok, json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.init(
      status,
      ["content-type": "application/json"],
      body: ByteBuffer(bytes: try encoder.encode(value))
    )
  }

  init(_ status: HTTPResponseStatus = .ok, xml: String) {
    self.init(
      status,
      ["content-type": "application/xml"],
      body: ByteBuffer(string: #"<?xml version="1.0" encoding="utf-8"?>"# + xml)
    )
  }
}
