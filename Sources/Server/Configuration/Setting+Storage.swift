internal import Engine

extension Setting {
  /// How object storage is reached.
  static let storage: [Setting] = [
    Setting(
      "azure-storage-account",
      \.engine.lake.storage.azureAccount,
      .azureAccount,
      "The storage account of az:// and abfss:// paths."
    ),
    Setting(
      "azure-storage-endpoint",
      \.engine.lake.storage.azureEndpoint,
      .optionalHost,
      "HOST[:PORT] after the account's name and a dot (default: blob.core.windows.net)."
    ),
    Setting(
      "azure-connection-string",
      \.engine.lake.storage.azureConnectionString,
      .optionalText,
      "A connection string of Azure storage, in place of a token.",
      visibility: .secret
    ),
    Setting(
      "s3-endpoint",
      \.engine.lake.storage.s3Endpoint,
      .optionalText,
      "HOST:PORT of S3-compatible storage (default: Amazon's)."
    ),
    Setting(
      "s3-region",
      \.engine.lake.storage.s3Region,
      .optionalText,
      "The region of s3:// paths."
    ),
    Setting(
      "s3-key-id",
      \.engine.lake.storage.s3KeyID,
      .optionalText,
      "The id of the access key for s3:// paths."
    ),
    Setting(
      "s3-secret",
      \.engine.lake.storage.s3Secret,
      .optionalText,
      "The secret of the access key.",
      visibility: .secret
    ),
    Setting(
      "s3-session-token",
      \.engine.lake.storage.s3SessionToken,
      .optionalText,
      "The session token of a temporary access key.",
      visibility: .secret
    ),
    Setting(
      "s3-path-style",
      \.engine.lake.storage.s3UsesPathStyle,
      .boolean,
      "Put the bucket into the path of URLs rather than into the host name."
    ),
    Setting("s3-tls", \.engine.lake.storage.s3UsesTLS, .boolean, "Use TLS for s3:// paths."),
  ]
}
