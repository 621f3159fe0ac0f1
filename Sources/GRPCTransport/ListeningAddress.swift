import NIOCore

/// Where the transport listens, as a user writes it.
package enum ListeningAddress: Sendable, Hashable, CustomStringConvertible {
  /// A host name or a literal IPv4 or IPv6 address; port 0 takes any free port.
  case host(String, port: Int)

  /// A Unix domain socket; a socket file that is left over from a server that died is replaced.
  case unixSocket(path: String)

  private static let unixPrefix = "unix:"

  /// Reads `unix:PATH` as a socket's path and anything else as a host; brackets around IPv6 are
  /// optional.
  package init(host: String, port: Int) {
    if host.hasPrefix(Self.unixPrefix) {
      self = .unixSocket(path: String(host.dropFirst(Self.unixPrefix.count)))
    } else if host.hasPrefix("["), host.hasSuffix("]") {
      self = .host(String(host.dropFirst().dropLast()), port: port)
    } else {
      self = .host(host, port: port)
    }
  }

  package var description: String {
    switch self {
    case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unixSocket(let path): "unix:\(path)"
    }
  }
}
