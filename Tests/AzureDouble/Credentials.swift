import Foundation

/// What a client of the double needs, as files in a folder.
///
/// `connection-string` is the storage account's; `environment` has the variables of all kinds of
/// identities, a line each, of which a client takes those of one kind.
struct Credentials {
  let host: String
  let port: Int
  let tlsPort: Int?
  let account: String
  let key: SharedKey
  let identities: IdentityConfiguration

  func write(to folder: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, content) in [
      "connection-string": self.connectionString, "environment": self.environment,
    ] {
      let made = files.createFile(
        atPath: "\(folder)/\(name)",
        contents: Data("\(content)\n".utf8),
        attributes: [.posixPermissions: 0o600]
      )
      guard made else { throw CocoaError(.fileWriteUnknown) }
    }
  }

  private var origin: String { "http://\(self.host):\(self.port)" }

  private var connectionString: String {
    """
    DefaultEndpointsProtocol=http;AccountName=\(self.account);AccountKey=\(self.key.base64);\
    BlobEndpoint=\(self.origin)/\(self.account);DfsEndpoint=\(self.origin)/\(self.account);
    """
  }

  private var environment: String {
    var variables = [
      ("IDENTITY_ENDPOINT", self.origin + IdentityService.platformPath),
      ("IDENTITY_HEADER", self.identities.header),
      ("AZURE_POD_IDENTITY_AUTHORITY_HOST", self.origin),
      ("AZURE_TENANT_ID", self.identities.tenant),
      ("AZURE_CLIENT_ID", self.identities.clientID),
      ("AZURE_CLIENT_SECRET", self.identities.clientSecret),
    ]
    if let path = self.identities.federatedTokenFile {
      variables.append(("AZURE_FEDERATED_TOKEN_FILE", path))
    }
    if let tlsPort { variables.append(("AZURE_AUTHORITY_HOST", "https://localhost:\(tlsPort)/")) }
    return variables.map { "\($0)=\($1)" }.joined(separator: "\n")
  }
}
