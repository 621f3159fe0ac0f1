internal import GRPCTransport

/// How much clients may use of the transport.
package struct TransportLimits: Sendable {
  package var connectionCount = 10_000
  /// Calls that a connection may have open; its client holds further ones back.
  package var streamsPerConnection = 256
  package var messageByteCount = 64 << 20

  package init() {}
}

extension HTTP2ServerTransport.Configuration {
  /// Calls at work for a connection for each stream it may have: those whose clients have reset
  /// their streams end a moment later.
  private static let callsPerStream = 4
  /// Calls that may be reset within half a minute for each stream.
  private static let resetsPerStream = 8
  private static let handshake = "/arrow.flight.protocol.FlightService/Handshake"
  /// A name and a password (``FlightService/payloadByteLimit``), with room for the rest.
  private static let handshakeByteCount = 32 << 10

  mutating func apply(_ limits: TransportLimits) {
    self.listener.maximumConnectionCount = limits.connectionCount
    self.listener.replacesStrangers = true
    self.connection.maximumStreamCount = limits.streamsPerConnection
    self.connection.maximumRunningCallCount = Self.callsPerStream * limits.streamsPerConnection
    // A proxy has the calls of many clients on a connection.
    self.connection.maximumResetStreamCount =
      max(
        self.connection.maximumResetStreamCount,
        Self.resetsPerStream * limits.streamsPerConnection
      )
    self.messages.maximumReceivedByteCount = limits.messageByteCount
    // Anybody may begin one.
    self.messages.maximumReceivedByteCounts = [Self.handshake: Self.handshakeByteCount]
  }
}
