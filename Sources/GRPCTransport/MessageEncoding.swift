/// The message encodings this transport speaks, as `grpc-encoding` names them.
package enum MessageEncoding: String, Sendable {
  case identity
  case gzip

  /// The value of `grpc-accept-encoding`.
  package static let accepted = "identity,gzip"

  package static func isAccepted(_ encoding: MessageEncoding, by acceptEncoding: String) -> Bool {
    acceptEncoding.split(separator: ",").contains { name in
      name.drop { $0 == " " }.prefix { $0 != " " } == encoding.rawValue
    }
  }
}
