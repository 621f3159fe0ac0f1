internal import ArgumentParser
internal import Engine
internal import Server

struct MaintainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maintain",
    abstract: "Keep a lake in order once: merge small files, remove old snapshots and files.",
    discussion: """
      Takes the settings that serve takes. Servers of a lake whose catalog is in PostgreSQL may go \
      on meanwhile; no server may have a catalog in a file open.
      """
  )

  @OptionGroup var options: SettingOptions

  func run() async throws {
    var configuration = try self.options.effectiveSettings().configuration
    if let problem = configuration.engine.maintenanceContradiction({ "--\($0)" }) {
      throw ValidationError(problem)
    }
    configuration.engine.lake.mustExist = true
    let report = try await configuration.withEngine { engine in
      guard let maintenance = engine.maintenance else {
        throw ValidationError(
          "there is no lake to write to: set --ducklake-data-path, and not --read-only"
        )
      }
      return try await maintenance.run()
    }
    print(report)
    if !report.failures.isEmpty { throw ExitCode.failure }
  }
}
