extension Setting {
  /// How health is told.
  static let health: [Setting] = [
    Setting(
      "health-check-enabled",
      \.health.isEnabled,
      .boolean,
      "Answer health checks on ports of their own."
    ),
    Setting(
      "health-host",
      \.health.host,
      .host,
      "The address of the health checks (default: the server's own)."
    ),
    Setting(
      "health-port",
      \.health.port,
      .integer(0...65_535),
      "The port of gRPC's health service; 0 takes a free one and logs it."
    ),
    Setting(
      "health-http-port",
      \.health.httpPort,
      .integer(0...65_535),
      "The port of /livez and /readyz over HTTP; 0 takes a free one and logs it."
    ),
    Setting(
      "health-poll-interval",
      \.health.pollInterval,
      .seconds(0.001...),
      "How many seconds pass between two looks at the database and the lake's catalog."
    ),
    Setting(
      "health-timeout-seconds",
      \.health.timeout,
      .seconds(0.001...),
      "How long they may take to answer before the server counts as not serving."
    ),
  ]
}
