internal import Engine
internal import Logging

/// Runs a lake's maintenance again and again, and tells the log what it did.
struct MaintenanceSchedule: Sendable {
  let maintenance: LakeMaintenance
  let interval: Duration
  let logger: Logger

  /// Goes on until the task is cancelled; what fails is tried again at the next time.
  func run() async throws {
    if self.maintenance.flushes {
      self.logger.warning(
        """
        maintenance moves rows from the lake's catalog into files: if this process is killed \
        meanwhile, DuckLake may bring old versions of them back
        """
      )
    }
    while true {
      try await Task.sleep(for: self.interval)
      do {
        let report = try await self.maintenance.run()
        let level: Logger.Level = report.failures.isEmpty ? .info : .warning
        self.logger.log(level: level, "maintenance: \(report)")
      } catch EngineError.shuttingDown {
        return self.logger.info("maintenance: interrupted, the server ends")
      } catch {
        self.logger.warning("maintenance failed: \(error)")
      }
    }
  }
}
