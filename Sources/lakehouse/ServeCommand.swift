internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Server

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a database over Arrow Flight SQL.",
    discussion: """
      Each setting can also be a variable (LAKEHOUSE_PORT for --port), there or in the file .env \
      of the working folder, or a line of a settings file. A flag takes precedence over a \
      variable, that over .env, and that over the settings file.
      """
  )

  @OptionGroup var options: SettingOptions

  func run() async throws {
    Allocator.keepFreedMemory()
    OpenFiles.raiseLimit()
    // Sessions begin in UTC; RESET TimeZone leads to what ICU finds when DuckDB is opened.
    setenv("TZ", "UTC", 1)
    let settings = try self.options.effectiveSettings()
    try await LakehouseServer.serve(settings.configuration, warnings: settings.warnings) { uri in
      print(
        "lakehouse \(LakehouseServer.version) listening on \(uri) (DuckDB "
          + "\(Engine.duckDBVersion), \(settings.configuration.engine.servedText))"
      )
      fflush(nil)
    } onRest: {
      Allocator.returnFreedMemory()
    } onForcedEnd: {
      Foundation.exit(0)
    }
  }
}
