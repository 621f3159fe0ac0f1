package import GRPCCore
package import NIOHPACK

/// What a request's headers say.
package struct RequestHead: Sendable {
  package let method: MethodDescriptor
  /// Answers the call; `nil` where GRPCCore dispatches it.
  package let handler: DirectMethod.Handler?
  /// The largest message of the request, if it is the method's own limit.
  package let messageByteLimit: Int?
  package let metadata: Metadata
  package let timeout: GRPCTimeout?
  package let encoding: MessageEncoding
  private let acceptEncoding: String?

  /// Looked up when it is asked for: most servers never compress.
  package var acceptsGzip: Bool {
    acceptEncoding.map { MessageEncoding.isAccepted(.gzip, by: $0) } ?? false
  }
}

extension RequestHead {
  /// Where handlers find the value of `grpc-timeout`; clients can't set it.
  ///
  /// Under the header's own name GRPCCore would find it too. It would set a timer beside the
  /// transport's own, and keep that and its task until the deadline passes, long after a quick call
  /// has ended: 1.7 KB for each call.
  package static let timeoutKey = "grpc-timeout-of-call"

  /// Reads and checks a request's headers.
  package init(_ headers: HPACKHeaders, methods: MethodTable) throws(RequestRejection) {
    var fields = Fields()
    fields.read(headers)
    guard fields.httpMethod == "POST" else { throw .httpMethodNotAllowed }
    guard Self.isGRPC(contentType: fields.contentType) else {
      throw .unsupportedMediaType(fields.contentType)
    }
    guard fields.path.utf8.first == UInt8(ascii: "/") else { throw .unknownMethod(fields.path) }
    if let name = fields.malformedBinaryHeader { throw .malformedBinaryHeader(name) }
    var timeout: GRPCTimeout?
    if let value = fields.timeout {
      timeout = GRPCTimeout(headerValue: value)
      if timeout == nil { throw .malformedTimeout(value) }
    }
    guard let method = methods[fields.path] else { throw .unknownMethod(fields.path) }
    var encoding = MessageEncoding.identity
    if let name = fields.encoding {
      guard let known = MessageEncoding(rawValue: name) else { throw .unknownEncoding(name) }
      encoding = known
    }
    self.init(
      method: method.descriptor,
      handler: method.handler,
      messageByteLimit: method.messageByteLimit,
      metadata: fields.metadata,
      timeout: timeout,
      encoding: encoding,
      acceptEncoding: fields.acceptEncoding
    )
  }

  /// `application/grpc`, alone or followed by a subtype or parameters.
  private static func isGRPC(contentType: String) -> Bool {
    let prefix = "application/grpc"
    let lowercased = contentType.lowercased()
    guard lowercased.hasPrefix(prefix) else { return false }
    switch lowercased.utf8.dropFirst(prefix.utf8.count).first {
    case nil, UInt8(ascii: "+"), UInt8(ascii: ";"): return true
    default: return false
    }
  }

  private struct Fields {
    var httpMethod = ""
    var path = ""
    var contentType = ""
    var timeout: String?
    var encoding: String?
    var acceptEncoding: String?
    var malformedBinaryHeader: String?
    var metadata = Metadata()

    mutating func read(_ headers: HPACKHeaders) {
      metadata.reserveCapacity(headers.count)
      for (name, value, _) in headers {
        switch name {
        case ":path": path = value
        case ":method": httpMethod = value
        case ":scheme", ":authority", "te": break
        case "content-type": contentType = value
        case "grpc-timeout":
          timeout = value
          // Handlers that wait for something answer before it passes.
          _ = metadata.addRequestHeader(name: RequestHead.timeoutKey, value: value)
        case RequestHead.timeoutKey: break
        case "grpc-encoding": encoding = value
        case "grpc-accept-encoding": acceptEncoding = value
        default:
          if !metadata.addRequestHeader(name: name, value: value) { malformedBinaryHeader = name }
        }
      }
    }
  }
}
