internal import Engine

/// One component of the server, and how to find out whether it works.
struct HealthCheck: Sendable {
  let component: String
  /// Throws why the component doesn't work, and ends soon after its task is cancelled.
  let run: @Sendable () async throws -> Void

  init(_ component: String, run: @escaping @Sendable () async throws -> Void) {
    self.component = component
    self.run = run
  }
}

extension HealthCheck {
  /// What an engine needs in order to serve.
  static func checks(of engine: Engine) -> [HealthCheck] {
    let database = engine.probe(.database)
    let catalogs = engine.probe(.catalogs)
    return [
      HealthCheck("database") { try await database.check() },
      HealthCheck("catalog") { try await catalogs.check() },
    ]
  }
}
