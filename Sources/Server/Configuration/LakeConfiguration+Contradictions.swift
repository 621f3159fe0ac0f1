internal import Engine

extension LakeConfiguration {
  /// Settings of a lake that don't go together.
  ///
  /// - Parameter source: Where the setting of a name comes from, or how it could be set.
  func contradictions(_ source: (String) -> String) -> [String] {
    let postgres = [
      "pg-host": self.postgres.host, "pg-database": self.postgres.database,
      "pg-user": self.postgres.user,
    ]
    let given = postgres.filter { $0.value != nil }.keys.sorted()
    let missing = postgres.filter { $0.value == nil }.keys.sorted()
    let isAzure = self.dataPath.map(StorageConfiguration.isAzure) ?? false
    var problems: [String] = []
    if let first = given.first, !missing.isEmpty {
      let flags = missing.map { "--\($0)" }.joined(separator: " and ")
      problems.append("\(source(first)): a catalog in PostgreSQL needs \(flags) too")
    }
    if given.isEmpty, self.postgres.password != nil {
      problems.append("\(source("pg-password")): is of no use without --pg-host")
    }
    if self.dataPath == nil {
      let others = [
        "ducklake-catalog": self.catalogPath, "pg-host": self.postgres.host,
        "azure-storage-account": self.storage.azureAccount,
      ]
      for name in others.filter({ $0.value != nil }).keys.sorted() {
        problems.append("\(source(name)): a lake needs --ducklake-data-path")
      }
    }
    if self.catalogPath != nil, self.postgres.host != nil {
      problems.append("\(source("ducklake-catalog")): doesn't go with --pg-host")
    }
    if let path = self.dataPath, path.contains("://"), self.catalogPath == nil,
      self.postgres.host == nil
    {
      problems.append(
        "\(source("ducklake-data-path")): a lake in object storage needs --pg-host "
          + "or --ducklake-catalog"
      )
    }
    // DuckLake 1.5.5 changes what is in a STRUCT there, or makes its table unreadable.
    if self.inlinedRowLimit > 0, self.postgres.host != nil || self.isCatalogInSQLite {
      problems.append(
        "\(source("ducklake-inlined-rows")): is safe with a catalog in a DuckDB file alone (docs/lake.md, small writes)"
      )
    }
    if isAzure, self.storage.azureAccount == nil, self.storage.azureConnectionString == nil {
      problems.append(
        "\(source("ducklake-data-path")): needs --azure-storage-account "
          + "or --azure-connection-string"
      )
    }
    if (self.storage.s3KeyID == nil) != (self.storage.s3Secret == nil) {
      problems.append("\(source("s3-key-id")): goes with --s3-secret")
    }
    return problems
  }
}
