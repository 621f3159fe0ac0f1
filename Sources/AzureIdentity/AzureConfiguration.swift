/// Who the server is in Azure, and what it asks tokens for.
package struct AzureConfiguration: Hashable, Sendable {
  /// Which credentials are tried; `nil` for all, where tokens are needed.
  package var credential: CredentialChoice?
  /// The resource of storage's tokens; other clouds have others.
  package var storageResource = "https://storage.azure.com"
  /// The resource of PostgreSQL's tokens.
  package var postgresResource = "https://ossrdbms-aad.database.windows.net"
  /// How long before its expiry a token is replaced at the latest.
  package var refreshMargin = Duration.seconds(300)

  package init() {}
}
