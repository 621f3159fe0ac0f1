/// A part of the server that has a log level of its own.
package enum LogComponent: String, CaseIterable, Sendable {
  /// One line for each call.
  case access
  /// Who logs in, and who is refused.
  case auth
  /// Tokens of Azure.
  case azure
  /// The database.
  case engine
  /// The process: starting, certificates, stopping.
  case server
  /// The SQL that clients send.
  case statements
  /// Connections.
  case transport
}
