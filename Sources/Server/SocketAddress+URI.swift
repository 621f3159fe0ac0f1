internal import Foundation
internal import NIOCore

extension SocketAddress {
  /// The URI that Flight clients connect to.
  func uri(isEncrypted: Bool) -> String {
    self.uri(scheme: isEncrypted ? "grpc+tls" : "grpc")
  }

  func uri(scheme: String) -> String {
    switch self {
    case .v4: "\(scheme)://\(self.ipAddress ?? ""):\(self.port ?? 0)"
    case .v6: "\(scheme)://[\(self.ipAddress ?? "")]:\(self.port ?? 0)"
    // What is relative would be a host's name there.
    case .unixDomainSocket: "\(scheme)+unix://\(URL(filePath: self.pathname ?? "").path)"
    }
  }
}
