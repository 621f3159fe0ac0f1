internal import AzureIdentity
internal import Engine

extension ServerConfiguration {
  /// Whether the lake's files are reached with tokens of Azure.
  var usesStorageToken: Bool {
    let lake = self.engine.lake
    guard let path = lake.dataPath, lake.storage.azureConnectionString == nil else { return false }
    return StorageConfiguration.isAzure(path)
  }

  /// Whether the password of the lake's catalog is a token of Azure.
  var usesCatalogToken: Bool {
    let lake = self.engine.lake
    guard lake.dataPath != nil, lake.postgres.host != nil, lake.postgres.password == nil else {
      return false
    }
    let hasAccount =
      lake.storage.azureAccount != nil && lake.storage.azureConnectionString == nil
    return self.azure.credential != nil || hasAccount
  }

  /// Settings of tokens that don't go together with others.
  func tokenContradictions(_ source: (String) -> String) -> [String] {
    var problems: [String] = []
    if self.azure.credential != nil, !self.usesStorageToken, !self.usesCatalogToken {
      problems.append(
        "\(source("azure-credential")): is of no use without --pg-host or a data path in Azure"
      )
    }
    let isEncrypted = !["disable", "allow", "prefer"].contains(self.engine.lake.postgres.sslMode)
    if self.usesCatalogToken, !isEncrypted {
      problems.append(
        "\(source("pg-sslmode")): a token of Azure must not travel unencrypted; "
          + "set --pg-password if PostgreSQL wants none"
      )
    }
    return problems
  }
}
