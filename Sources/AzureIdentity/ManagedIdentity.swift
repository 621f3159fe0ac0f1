internal import Foundation

/// The identity of the machine or container app this process runs in.
///
/// Where there are several, `AZURE_CLIENT_ID` says which.
struct ManagedIdentity: Credential {
  private static let appVersion = "2019-08-01"
  private static let machineVersion = "2018-02-01"
  private static let timeout = Duration.seconds(20)
  /// On a machine outside Azure nobody answers, and that shouldn't take long to find out.
  private static let probeTimeout = Duration.seconds(1)

  let name = "managed identity"
  let environment: AzureEnvironment
  /// Whether there may be none, and another credential comes next.
  let isOptional: Bool

  func token(for resource: AzureResource) async throws(CredentialError) -> AccessToken {
    if let endpoint = self.environment["IDENTITY_ENDPOINT"] {
      guard let header = self.environment["IDENTITY_HEADER"] else {
        throw CredentialError(.unavailable, "IDENTITY_HEADER not set")
      }
      return try await self.appToken(for: resource, endpoint, header)
    }
    return try await self.machineToken(for: resource)
  }

  /// As Container Apps and App Service have it.
  private func appToken(
    for resource: AzureResource,
    _ endpoint: String,
    _ header: String
  ) async throws(CredentialError) -> AccessToken {
    guard header.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
      endpoint.hasPrefix("http://") || endpoint.hasPrefix("https://"), !endpoint.contains("?")
    else { throw CredentialError(.refused, "IDENTITY_ENDPOINT or IDENTITY_HEADER isn't one") }
    let answer = try await TokenClient(environment: self.environment).get(
      endpoint,
      query: self.query(for: resource, version: Self.appVersion),
      headers: [("X-IDENTITY-HEADER", header)],
      timeout: Self.timeout
    )
    return try answer.token(at: Date(), hiding: [header])
  }

  /// As virtual machines have it.
  private func machineToken(
    for resource: AzureResource
  ) async throws(CredentialError) -> AccessToken {
    let isProbed = self.isOptional && self.environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] == nil
    let answer: TokenAnswer
    do {
      answer = try await TokenClient(environment: self.environment).get(
        self.environment.metadataURL(),
        query: self.query(for: resource, version: Self.machineVersion),
        headers: [("Metadata", "true")],
        timeout: isProbed ? Self.probeTimeout : Self.timeout
      )
    } catch {
      throw isProbed ? CredentialError(.unavailable, error.description) : error
    }
    // The answer to a machine without an identity.
    let code = answer.status == 400 && self.isOptional ? CredentialError.Code.unavailable : nil
    do {
      return try answer.token(at: Date())
    } catch {
      throw CredentialError(code ?? error.code, error.description)
    }
  }

  private func query(
    for resource: AzureResource,
    version: String
  ) -> [(name: String, value: String)] {
    var query = [
      (name: "api-version", value: version), (name: "resource", value: resource.identifier),
    ]
    if let id = self.environment["AZURE_CLIENT_ID"] { query.append((name: "client_id", value: id)) }
    return query
  }
}
