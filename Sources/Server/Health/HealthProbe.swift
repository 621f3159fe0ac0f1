/// Looks at a server's components again and again.
struct HealthProbe: Sendable {
  private let checks: [HealthCheck]
  private let interval: Duration
  private let timeout: Duration
  private let monitor: HealthMonitor

  init(_ checks: [HealthCheck], configuration: HealthConfiguration, monitor: HealthMonitor) {
    self.checks = checks
    self.interval = configuration.pollInterval
    self.timeout = configuration.timeout
    self.monitor = monitor
    for check in checks { monitor.expect(check.component) }
  }

  /// Looks at all components now and then, until the task is cancelled.
  func run() async throws {
    while true {
      try await Task.sleep(for: self.interval)
      await self.look()
    }
  }

  /// Looks at all components once.
  func look() async {
    await withTaskGroup { group in
      for check in self.checks {
        group.addTask { await self.look(check) }
      }
    }
  }

  private func look(_ check: HealthCheck) async {
    let finding = await withTaskGroup(of: HealthFinding.self) { group in
      group.addTask {
        do {
          return try await check.run()
        } catch {
          return HealthFinding(HealthFailure(error))
        }
      }
      group.addTask {
        try? await Task.sleep(for: self.timeout)
        return HealthFinding(
          HealthFailure("There was no answer within \(self.timeout / .seconds(1)) s.")
        )
      }
      let first = await group.next() ?? .works
      group.cancelAll()
      return first
    }
    // Whoever cancels doesn't want to know any more, and that is no failure of the component.
    guard !Task.isCancelled else { return }
    self.monitor.note(
      finding.state,
      of: check.component,
      details: finding.details,
      detail: finding.logDetail
    )
  }
}
