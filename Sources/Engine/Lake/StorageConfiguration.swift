/// How the object storage of a lake is reached.
package struct StorageConfiguration: Sendable {
  /// The storage account of `az://` and `abfss://` URLs.
  package var azureAccount: String?
  /// In place of an identity.
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
}
