internal import Foundation

/// The identity of a Kubernetes service account, which the cluster vouches for in a file.
struct WorkloadIdentity: Credential {
  private static let timeout = Duration.seconds(20)
  private static let assertionByteLimit = 64 << 10
  private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  let name = "workload identity"
  let environment: AzureEnvironment

  func token(for resource: AzureResource) async throws(CredentialError) -> AccessToken {
    let values = try self.environment.values(
      "AZURE_TENANT_ID",
      "AZURE_CLIENT_ID",
      "AZURE_FEDERATED_TOKEN_FILE"
    )
    let assertion = try Self.assertion(in: values[2])
    let form = [
      (name: "grant_type", value: "client_credentials"), (name: "client_id", value: values[1]),
      (name: "client_assertion_type", value: Self.assertionType),
      (name: "client_assertion", value: assertion), (name: "scope", value: resource.scope),
    ]
    let answer = try await TokenClient(environment: self.environment).post(
      self.environment.tokenURL(tenant: values[0]),
      form: form,
      timeout: Self.timeout
    )
    return try answer.token(at: Date(), hiding: [assertion])
  }

  /// Read each time: the cluster replaces it about every hour.
  private static func assertion(in path: String) throws(CredentialError) -> String {
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: Self.assertionByteLimit),
      let text = String(data: data, encoding: .utf8)?.trimmingCharacters(
        in: .whitespacesAndNewlines
      ),
      !text.isEmpty
    else {
      throw CredentialError(.passing, "the file in AZURE_FEDERATED_TOKEN_FILE can't be read")
    }
    return text
  }
}
