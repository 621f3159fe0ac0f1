package import Auth
package import AzureIdentity
package import Engine

/// What a server serves, and where; ``Setting`` says how each of it is set.
package struct ServerConfiguration: Sendable {
  /// An address, a name that stands for one, or `unix:PATH`; `nil` for ``effectiveHost``'s choice.
  package var host: String?
  /// 0 takes any free port.
  package var port = 31_337
  /// PEM file of the server's certificate, followed by those that lead to its issuer.
  package var certificateChainPath: String?
  /// PEM file of the certificate's private key.
  package var privateKeyPath: String?
  /// PEM file of the authorities whose clients are let in; without it any client is.
  package var clientAuthoritiesPath: String?
  /// Who is let in.
  package var auth = AuthConfiguration()
  /// Whether others may reach a server that asks nobody who they are.
  package var isInsecure = false
  package var logging = LoggingConfiguration()
  package var limits = TransportLimits()
  /// How long running statements may go on after the server was told to stop.
  package var shutdownGrace = Duration.seconds(30)
  /// A file of SQL that runs before ``initialSQL``.
  package var initialSQLPath: String?
  /// SQL that runs before the first client.
  package var initialSQL: String?
  package var health = HealthConfiguration()
  package var engine = EngineConfiguration()
  package var azure = AzureConfiguration()

  package init() {}

  /// Where the server listens: reachable by others only if they are asked who they are.
  package var effectiveHost: String {
    self.host ?? (self.auth.isEnabled ? "0.0.0.0" : "127.0.0.1")
  }

  /// Whether others than this machine can reach the server.
  var isReachableByOthers: Bool {
    !self.effectiveHost.hasPrefix("unix:") && !Loopback.contains(host: self.effectiveHost)
  }

  /// Makes tickets that servers with the same secret key can serve; `nil` without such a key.
  var ticketSeal: TicketSeal? {
    guard !self.auth.secretKey.isEmpty else { return nil }
    return TicketSeal(
      secret: self.auth.secretKey,
      lifetime: self.engine.unfetchedResultLifetime
    )
  }

  /// Encrypts connections; `nil` serves them in plain text.
  package var tls: TLSFiles? {
    guard let certificateChainPath, let privateKeyPath else { return nil }
    return TLSFiles(
      certificateChain: certificateChainPath,
      privateKey: privateKeyPath,
      clientAuthorities: self.clientAuthoritiesPath
    )
  }
}
