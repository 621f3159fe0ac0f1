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
    var configuration = try self.options.effectiveSettings().configuration.engine
    if let problem = configuration.maintenanceContradiction({ "--\($0)" }) {
      throw ValidationError(problem)
    }
    configuration.lake.mustExist = true
    let engine = try Engine(configuration)
    guard let maintenance = engine.maintenance else {
      throw ValidationError("there is no lake to write to: set --ducklake-data-path")
    }
    let report = try await maintenance.run()
    try await engine.close()
    print(report)
    if !report.failures.isEmpty { throw ExitCode.failure }
  }
}
