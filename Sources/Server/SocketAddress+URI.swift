package import NIOCore

extension SocketAddress {
  /// The URI that Flight clients connect to.
  package var uri: String {
    switch self {
    case .v4: "grpc://\(self.ipAddress ?? ""):\(self.port ?? 0)"
    case .v6: "grpc://[\(self.ipAddress ?? "")]:\(self.port ?? 0)"
    case .unixDomainSocket: "grpc+unix://\(self.pathname ?? "")"
    }
  }
}
