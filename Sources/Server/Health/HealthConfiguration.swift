/// Where health is told, and how often it is looked at.
package struct HealthConfiguration: Sendable {
  package var isEnabled = true
  /// `nil` for the server's own host; without one, as behind a socket file, the loopback address.
  package var host: String?
  /// The port of gRPC's health service; 0 takes any free one.
  package var port = 8_081
  /// The port of `/livez` and `/readyz`; 0 takes any free one.
  package var httpPort = 8_080
  package var pollInterval = Duration.seconds(5)
  /// How long a component may take to answer before it counts as failing.
  package var timeout = Duration.seconds(5)

  package init() {}
}
