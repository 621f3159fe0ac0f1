package import Engine

/// What a server serves, and where.
package struct ServerConfiguration: Sendable {
  package var host = "127.0.0.1"
  /// 0 takes any free port.
  package var port = 31_337
  /// Encrypts connections; `nil` serves them in plain text.
  package var tls: TLSFiles?
  package var engine = EngineConfiguration()
  package var logging = LoggingConfiguration()
  /// How long running statements may go on after the server was told to stop.
  package var shutdownGraceSeconds = 30

  package init() {}
}
