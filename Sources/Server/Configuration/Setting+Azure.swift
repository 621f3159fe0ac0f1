internal import AzureIdentity

extension Setting {
  /// Who the server is in Azure.
  static let azure: [Setting] = [
    Setting(
      "azure-credential",
      \.azure.credential,
      .choice(),
      "What the server gets tokens of Azure with, for storage and PostgreSQL; auto tries all."
    ),
    Setting(
      "azure-storage-resource",
      \.azure.storageResource,
      .secureURL,
      "The resource of storage's tokens; other clouds have others."
    ),
    Setting(
      "azure-postgres-resource",
      \.azure.postgresResource,
      .secureURL,
      "The resource of PostgreSQL's tokens."
    ),
    Setting(
      "pg-token-refresh-minutes",
      \.azure.refreshMargin,
      .minutes,
      "How long before its expiry a token is replaced at the latest; else after half its life."
    ),
  ]
}
