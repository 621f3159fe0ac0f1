internal import NIOCore

extension SocketAddress {
  /// The URI that Flight clients connect to.
  func uri(isEncrypted: Bool) -> String {
    let scheme = isEncrypted ? "grpc+tls" : "grpc"
    return switch self {
    case .v4: "\(scheme)://\(self.ipAddress ?? ""):\(self.port ?? 0)"
    case .v6: "\(scheme)://[\(self.ipAddress ?? "")]:\(self.port ?? 0)"
    case .unixDomainSocket: "grpc+unix://\(self.pathname ?? "")"
    }
  }
}
