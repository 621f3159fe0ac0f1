/// How the object storage of a lake is reached.
package struct StorageConfiguration: Sendable {
  /// The storage account of `az://` and `abfss://` URLs.
  package var azureAccount: String?
  /// What follows the account's name and a dot in its hosts; by default, Azure's.
  ///
  /// That of blobs, from which that of `abfss://` follows.
  package var azureEndpoint: String?
  /// What the account lets in with, for a while; ``Engine/replaceStorageToken(_:)`` has the next.
  package var azureAccessToken: String?
  /// In place of a token.
  package var azureConnectionString: String?
  /// A host with a port, for S3 that isn't Amazon's.
  package var s3Endpoint: String?
  package var s3Region: String?
  /// Without it, credentials come from where Amazon's tools look for them.
  package var s3KeyID: String?
  package var s3Secret: String?
  package var s3SessionToken: String?
  /// Whether the bucket is in the path of a URL rather than in its host name.
  package var s3UsesPathStyle = false
  package var s3UsesTLS = true

  package init() {}

  /// Whether a data path is in Azure's storage.
  package static func isAzure(_ dataPath: String) -> Bool {
    Self.azureSchemes.contains(Self.scheme(of: dataPath))
  }

  /// Whether a data path is a folder, or a URL of a kind that DuckDB's extensions here know.
  package static func isReachable(_ dataPath: String) -> Bool {
    let scheme = Self.scheme(of: dataPath)
    return scheme.isEmpty || Self.azureSchemes.contains(scheme) || Self.s3Schemes.contains(scheme)
      || Self.webSchemes.contains(scheme)
  }

  static let azureSchemes: Set = ["az", "azure", "abfs", "abfss"]
  static let s3Schemes: Set = ["s3", "s3a", "s3n"]
  static let webSchemes: Set = ["http", "https", "hf"]

  /// Empty for a local path.
  static func scheme(of dataPath: String) -> String {
    dataPath.firstRange(of: "://").map { String(dataPath[..<$0.lowerBound]) } ?? ""
  }
}
