internal import DuckDB
internal import Foundation

/// Closes a database to everything but the tables in it.
///
/// To be done once, after the server's own SQL and before the first client.
struct Lockdown {
  /// A lake and where its tables are.
  private struct Lake {
    var name: String
    var dataPath: String
  }

  private let lakes: [Lake]
  /// The folder of the lake that is attached by another name of it.
  private let hiddenFolder: String?

  /// Looks for lakes.
  init(on connection: borrowing Connection, hiddenFolder: String?) throws {
    self.hiddenFolder = hiddenFolder
    let names = try connection.texts(
      "SELECT database_name FROM duckdb_databases() WHERE type = 'ducklake'"
    )
    var lakes: [Lake] = []
    for case let name? in names.map({ $0[0] }) {
      let rows = try connection.texts(
        "SELECT data_path FROM ducklake_settings(\(SQLText.literal(name)))"
      )
      lakes.append(Lake(name: name, dataPath: rows.first?.first.flatMap { $0 } ?? ""))
    }
    self.lakes = lakes
    for lake in lakes where !lake.dataPath.contains("://") {
      // Without access to what is around them, DuckDB couldn't make them.
      try FileManager.default.createDirectory(
        atPath: lake.dataPath,
        withIntermediateDirectories: true
      )
    }
  }

  var hasLake: Bool { !self.lakes.isEmpty }

  /// Changes DuckDB's settings and learns what is there to be guarded.
  func apply(on connection: borrowing Connection) throws -> StatementGuard {
    // One transaction: each would ask the lakes' catalogs for their newest snapshots.
    try connection.execute("BEGIN TRANSACTION READ ONLY")
    let files = try connection.texts("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL")
    var rules = StatementGuard()
    let folders = self.lakes.map(\.dataPath) + [self.hiddenFolder].compactMap { $0 }
    rules.paths = GuardedPaths(folders + files.compactMap { $0[0] })
    if self.hasLake { rules.refusedColumnTypes = [StatementGuard.nanosecondTime] }
    rules.hiddenCatalogs = try self.hiddenCatalogs(on: connection)
    rules.refusedFunctions.formUnion(try self.refusedTableFunctions(on: connection))
    if self.hiddenFolder != nil {
      // It keeps whole paths, of which the hidden one is good for this process only.
      rules.refusedFunctions.formUnion(GuardedFunctions.pathKeepers)
    }
    try self.refuseDefinitions(on: connection, in: &rules)
    try connection.execute("COMMIT")
    try self.changeSettings(on: connection)
    return rules
  }

  /// Catalogs in which lakes keep what they know of themselves, where that isn't hidden by its name.
  private func hiddenCatalogs(on connection: borrowing Connection) throws -> Set<String> {
    let names = try connection.texts(
      "SELECT database_name FROM (\(CatalogStatement.tableNames)) WHERE table_name = 'ducklake_snapshot'"
    )
    let lakes = Set(self.lakes.map { $0.name.asciiLowercased })
    return Set(names.compactMap { $0[0]?.asciiLowercased }).subtracting(lakes)
  }

  private func refusedTableFunctions(on connection: borrowing Connection) throws -> Set<String> {
    let names = try connection.texts(
      """
      SELECT DISTINCT function_name FROM duckdb_functions()
      WHERE function_type = 'table' OR (function_type = 'table_macro' AND internal)
      """
    )
    return Set(names.compactMap { $0[0]?.asciiLowercased })
      .subtracting(GuardedFunctions.allowedTableFunctions)
      .subtracting(GuardedFunctions.adminFunctions)
  }

  /// Refuses the views and macros that do what a statement may not.
  private func refuseDefinitions(
    on connection: borrowing Connection,
    in rules: inout StatementGuard
  ) throws {
    let views = try connection.texts(
      "SELECT view_name, sql FROM duckdb_views() WHERE sql IS NOT NULL"
    )
    let macros = try connection.texts(
      """
      SELECT function_name, macro_definition FROM duckdb_functions()
      WHERE function_type IN ('macro', 'table_macro') AND macro_definition IS NOT NULL
        AND NOT internal
      """
    )
    // One may use another that is refused: until nothing new is found.
    var count = -1
    while count != rules.refusedViews.count + rules.refusedFunctions.count {
      count = rules.refusedViews.count + rules.refusedFunctions.count
      for case (let name?, let sql?) in views.map({ ($0[0]?.asciiLowercased, $0[1]) })
      where !rules.refusedViews.contains(name) && !GuardedFunctions.harmlessViews.contains(name) {
        do { try rules.checkDefinition(sql) } catch { rules.refusedViews.insert(name) }
      }
      for case (let name?, let sql?) in macros.map({ ($0[0]?.asciiLowercased, $0[1]) })
      where !rules.refusedFunctions.contains(name) {
        do { try rules.checkDefinition(sql) } catch { rules.refusedFunctions.insert(name) }
      }
    }
  }

  private func changeSettings(on connection: borrowing Connection) throws {
    func isSet(_ setting: String) throws -> Bool {
      try connection.texts("SELECT current_setting('\(setting)')::VARCHAR").first?.first == "true"
    }
    // The server's own SQL has locked it already, more or less: that is left as it is.
    guard try !isSet("lock_configuration") else { return }
    try connection.execute(
      """
      SET autoinstall_known_extensions = false;
      SET autoload_known_extensions = false;
      SET allow_community_extensions = false
      """
    )
    if try isSet("enable_external_access") {
      let present = try connection.texts(
        "SELECT unnest(current_setting('allowed_directories')::VARCHAR[])"
      )
      let directories = present.compactMap { $0[0] } + self.lakes.map(\.dataPath)
      try connection.execute(
        "SET allowed_directories = [\(directories.map(SQLText.literal).joined(separator: ", "))]"
      )
      try connection.execute("SET enable_external_access = false")
    }
    let changeable = GuardedSettings.ofSessions.union(GuardedSettings.ofServer).sorted()
    try connection.execute(
      "SET allowed_configs = [\(changeable.map(SQLText.literal).joined(separator: ", "))]"
    )
    try connection.execute("SET lock_configuration = true")
  }
}
