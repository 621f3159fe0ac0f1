package import NIOCore

extension SocketAddress {
  /// Host and port, or a Unix domain socket's path, as a client writes them into a URI.
  package var authority: String {
    switch self {
    case .v4: "\(self.ipAddress ?? ""):\(self.port ?? 0)"
    case .v6: "[\(self.ipAddress ?? "")]:\(self.port ?? 0)"
    case .unixDomainSocket: self.pathname ?? ""
    }
  }
}
