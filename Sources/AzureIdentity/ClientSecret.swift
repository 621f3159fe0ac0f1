internal import Foundation

/// A secret of an application, in variables.
struct ClientSecret: Credential {
  private static let timeout = Duration.seconds(20)

  let name = "environment"
  let environment: AzureEnvironment

  func token(for resource: AzureResource) async throws(CredentialError) -> AccessToken {
    let values = try self.environment.values(
      "AZURE_TENANT_ID",
      "AZURE_CLIENT_ID",
      "AZURE_CLIENT_SECRET"
    )
    let form = [
      (name: "grant_type", value: "client_credentials"), (name: "client_id", value: values[1]),
      (name: "client_secret", value: values[2]), (name: "scope", value: resource.scope),
    ]
    let answer = try await TokenClient(environment: self.environment).post(
      self.environment.tokenURL(tenant: values[0]),
      form: form,
      timeout: Self.timeout
    )
    return try answer.token(at: Date(), hiding: [values[2]])
  }
}
