/// The DuckLake that a server serves: where its data and its catalog are.
package struct LakeConfiguration: Sendable {
  /// What the lake is called in SQL.
  package var alias = "lakehouse"
  /// The folder of its Parquet files: a local one, or a URL of object storage.
  ///
  /// Ends in `/`. Without it there is no lake.
  package var dataPath: String?
  /// Whether its files are in a folder.
  var isLocal: Bool { self.dataPath.map { !$0.contains("://") } ?? false }
  /// The catalog's file where PostgreSQL isn't used: DuckDB's, or with `sqlite:` in front SQLite's.
  ///
  /// By default a DuckDB file beside the data.
  package var catalogPath: String?
  package var postgres = PostgresConfiguration()
  package var storage = StorageConfiguration()
  /// Whether the files of a new lake are encrypted, with keys in its catalog.
  package var isEncrypted = false
  /// Rows of a write that may go into the catalog instead of a file of their own.
  ///
  /// DuckLake brings old rows back when the process is killed while it moves inlined ones to files.
  package var inlinedRowLimit = 0
  /// How long the catalog may take to be reachable when the server starts.
  package var catalogWait = Duration.seconds(30)
  /// Whether a lake that isn't there is an error; else it is made.
  package var mustExist = false
  package var maintenance = MaintenanceConfiguration()

  package init() {}

  package var isCatalogInSQLite: Bool {
    self.postgres.host == nil && self.catalogPath?.hasPrefix(CatalogLocation.sqlitePrefix) ?? false
  }
}
