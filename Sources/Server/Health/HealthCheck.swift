internal import AzureIdentity
internal import Engine
internal import Foundation

/// One component of the server, and how to find out whether it works.
struct HealthCheck: Sendable {
  let component: String
  /// Throws why the component doesn't work, and ends soon after its task is cancelled.
  let run: @Sendable () async throws -> HealthFinding

  init(_ component: String, run: @escaping @Sendable () async throws -> HealthFinding) {
    self.component = component
    self.run = run
  }
}

extension HealthCheck {
  /// What an engine needs in order to serve.
  static func checks(of engine: Engine, _ tokens: LakeTokens?) -> [HealthCheck] {
    let database = engine.probe(.database)
    let catalogs = engine.probe(.catalogs)
    var checks = [
      HealthCheck("database") {
        try await database.check()
        return .works
      },
      HealthCheck("catalog") {
        try await catalogs.check()
        return .works
      },
    ]
    if let tokens {
      checks.append(HealthCheck("tokens") { HealthFinding(await tokens.statuses, at: Date()) })
    }
    return checks
  }
}
