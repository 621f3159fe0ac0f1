import Foundation
import NIOCore
import NIOHTTP1

/// A line of the request log.
struct RequestRecord: Codable {
  let number: Int
  /// In seconds since 1970.
  let time: Double
  let method: String
  let host: String
  /// Without signatures.
  let uri: String
  /// The scheme of the authorization: `SharedKey`, `Bearer`, or a signed URL's `SAS`.
  let authorization: String?
  let isEncrypted: Bool
  let status: Int
  let receivedByteCount: Int
  let sentByteCount: Int
  let isDisturbed: Bool

  init(_ number: Int, _ request: Request, _ answer: Answer, isDisturbed: Bool) {
    self.number = number
    self.time = Date().timeIntervalSince1970
    self.method = request.method.rawValue
    self.host = request.headers.first(name: "host") ?? ""
    self.uri = request.uri.replacing(/([?&]sig=)[^&]*/) { "\($0.1)…" }
    let scheme = request.headers.first(name: "authorization")?.prefix { $0 != " " }
    self.authorization =
      scheme.map(String.init) ?? (request.query["sig"] == nil ? nil : "SAS")
    self.isEncrypted = request.isEncrypted
    self.status = Int(answer.response.status.code)
    self.receivedByteCount = request.body.readableBytes
    self.sentByteCount = answer.response.body.readableBytes
    self.isDisturbed = isDisturbed
  }
}
