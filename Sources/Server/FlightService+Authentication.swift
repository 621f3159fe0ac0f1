internal import Auth
internal import FlightProtocol
internal import Foundation
internal import GRPCCore
internal import GRPCTransport
internal import NIOCore
internal import SwiftProtobuf

extension FlightService {
  /// The header by which Arrow's C++ client sends what a handshake answered.
  private static let handshakeTokenKey = "auth-token-bin"

  /// The largest payload of a handshake that is read.
  private static let payloadByteLimit = 16 << 10

  /// Who makes a call.
  func identity(_ metadata: Metadata, _ connection: ConnectionInfo?) async throws -> Identity {
    try await self.authenticator.identity(
      authorization: Self.authorization(in: metadata),
      certificate: connection?.certificate.map { ($0.name, $0.expiry) },
      address: Self.address(of: connection)
    )
  }

  /// Who shows a name and a password in the message of a handshake.
  func identity(
    _ message: FlightHandshakeRequest,
    _ connection: ConnectionInfo?
  ) async throws -> Identity {
    guard !message.payload.isEmpty else { throw AuthenticationError.headerRequired }
    guard message.payload.count <= Self.payloadByteLimit,
      let credential = try? FlightBasicAuth(serializedBytes: message.payload)
    else { throw AuthenticationError.invalidCredentials }
    return try await self.authenticator.login(
      credential.username,
      password: credential.password,
      address: Self.address(of: connection)
    )
  }

  static func authorization(in metadata: Metadata) -> String? {
    if let header = metadata[stringValues: "authorization"].first(where: { _ in true }) {
      return header
    }
    return metadata[binaryValues: Self.handshakeTokenKey].first { _ in true }.map {
      "Bearer " + String(decoding: $0, as: UTF8.self)
    }
  }

  /// The peer's address without its port, which says nothing about who it is.
  private static func address(of connection: ConnectionInfo?) -> String {
    connection?.remoteAddress?.ipAddress ?? connection?.remotePeer ?? "unknown"
  }
}
