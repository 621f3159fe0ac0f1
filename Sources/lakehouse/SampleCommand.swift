internal import ArgumentParser
internal import Engine
internal import Server

struct SampleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Put the tables of TPC-H into the schema tpch of a lake or database.",
    discussion: "Takes the settings that serve takes. No server may have the same files open."
  )

  private static let tables = [
    "customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier",
  ]

  @Option(help: "How much: 1 is about a gigabyte, 8.7 million rows.")
  var scale = 0.1

  @OptionGroup var options: SettingOptions

  func validate() throws {
    guard (0.001...1_000).contains(self.scale) else {
      throw ValidationError("--scale: \(self.scale) is not between 0.001 and 1000")
    }
  }

  func run() async throws {
    var configuration = try self.options.effectiveSettings().configuration
    let engine = configuration.engine
    guard engine.lake.dataPath != nil || engine.databasePath != ":memory:" else {
      throw ValidationError("nothing would keep it: set --ducklake-data-path or --database")
    }
    configuration.engine.initialSQL = [InitialSQL(source: "sample", text: self.sql)]
    try await configuration.withEngine { _ in }
    print("the tables of TPC-H, scale \(self.scale), are in the schema tpch")
  }

  /// Makes the rows in memory and copies them, since a lake has no keys that TPC-H's tables ask for.
  private var sql: String {
    let copies = Self.tables.map { table in
      "CREATE OR REPLACE TABLE tpch.\(table) AS FROM sample.\(table);"
    }
    return """
      LOAD tpch;
      ATTACH ':memory:' AS sample;
      CALL dbgen(sf = \(self.scale), catalog = 'sample');
      CREATE SCHEMA IF NOT EXISTS tpch;
      BEGIN;
      \(copies.joined(separator: "\n"))
      COMMIT;
      DETACH sample;
      """
  }
}
