internal import ArgumentParser
internal import Server

@main
struct Lakehouse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lakehouse",
    abstract: "An Arrow Flight SQL server over DuckDB and DuckLake.",
    version: LakehouseServer.version,
    subcommands: [
      ServeCommand.self, ConfigCommand.self, SampleCommand.self, MaintainCommand.self,
      PasswordCommand.self, TokenCommand.self,
    ],
    defaultSubcommand: ServeCommand.self
  )

  static func main() async {
    OpenFiles.openStandardStreams()
    FirstProcess.takeEndingSignals()
    await self.main(nil)
  }
}
