package import NIOCore

/// How bytes are protected on the way between client and server.
package enum TransportSecurity: Sendable {
  /// HTTP/2 with prior knowledge over plain TCP.
  case plaintext

  /// Encrypted: the closure puts its handlers at the front of each accepted connection's pipeline,
  /// on that connection's event loop, before HTTP/2's.
  ///
  /// The handlers offer `h2` by ALPN and close connections that agree on anything else. They tell
  /// the connection's information whom the client's certificate names.
  case encrypted(configurePipeline: @Sendable (any Channel, ConnectionInfo) throws -> Void)
}
