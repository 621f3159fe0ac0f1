internal import DuckDB

extension StorageConfiguration {
  /// The SQL that lets DuckDB reach a data path: nothing for a local one.
  func statements(for dataPath: String) -> [String] {
    switch Self.scheme(of: dataPath) {
    case let scheme where Self.azureSchemes.contains(scheme): self.azureStatements(for: dataPath)
    case let scheme where Self.s3Schemes.contains(scheme): self.s3Statements
    case let scheme where Self.webSchemes.contains(scheme): ["LOAD httpfs"]
    default: []
    }
  }

  private func azureStatements(for dataPath: String) -> [String] {
    [
      "LOAD azure",
      // The other transport finds no certificates on Debian; GLOBAL, for connections that DuckLake
      // opens.
      "SET GLOBAL azure_transport_option_type = 'curl'",
      self.azureSecret(for: dataPath),
    ]
  }

  /// The extension's other providers ask for a token with each query, which Azure refuses when they
  /// are many.
  func azureSecret(for dataPath: String) -> String {
    if let text = self.azureConnectionString {
      return Self.secret("azure", [("CONNECTION_STRING", SQLText.literal(text))])
    }
    var parts = [
      ("PROVIDER", "access_token"),
      ("ACCESS_TOKEN", SQLText.literal(self.azureAccessToken ?? "")),
      ("ACCOUNT_NAME", SQLText.literal(self.azureAccount ?? "")),
    ]
    if let endpoint = self.azureEndpoint {
      let isDataLake = Self.scheme(of: dataPath).hasPrefix("abfs")
      let hosts =
        isDataLake && endpoint.hasPrefix("blob.") ? "dfs." + endpoint.dropFirst(5) : endpoint
      parts.append(("ENDPOINT", SQLText.literal(hosts)))
    }
    return Self.secret("azure", parts)
  }

  private var s3Statements: [String] {
    var parts: [(String, String)] = []
    if let keyID = self.s3KeyID {
      parts.append(("KEY_ID", SQLText.literal(keyID)))
      parts.append(("SECRET", SQLText.literal(self.s3Secret ?? "")))
      if let token = self.s3SessionToken {
        parts.append(("SESSION_TOKEN", SQLText.literal(token)))
      }
    } else {
      // What it finds is often temporary: without REFRESH it is never looked for again.
      parts += [("PROVIDER", "credential_chain"), ("REFRESH", "auto")]
    }
    if let region = self.s3Region { parts.append(("REGION", SQLText.literal(region))) }
    if let endpoint = self.s3Endpoint { parts.append(("ENDPOINT", SQLText.literal(endpoint))) }
    if self.s3UsesPathStyle { parts.append(("URL_STYLE", "'path'")) }
    parts.append(("USE_SSL", "\(self.s3UsesTLS)"))
    let chain = self.s3KeyID == nil ? ["LOAD aws"] : []
    return ["LOAD httpfs"] + chain + [Self.secret("s3", parts)]
  }

  private static func secret(_ type: String, _ parts: [(String, String)]) -> String {
    let options = [("TYPE", type)] + parts
    return "CREATE OR REPLACE SECRET lakehouse_storage ("
      + options.map { "\($0) \($1)" }.joined(separator: ", ") + ")"
  }
}
