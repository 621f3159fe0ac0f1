internal import Synchronization

/// Credentials of which the first that this machine has is used, from then on alone.
///
/// One that is there and is refused ends the search: it would be a surprise to go on as somebody
/// else.
package final class CredentialChain: Credential {
  let name = "Azure"
  private let credentials: [any Credential]
  private let found = Mutex<(any Credential)?>(nil)

  package convenience init(
    _ choice: CredentialChoice,
    environment: AzureEnvironment = AzureEnvironment()
  ) {
    let credentials: [any Credential] =
      switch choice {
      case .auto:
        [
          ClientSecret(environment: environment), WorkloadIdentity(environment: environment),
          ManagedIdentity(environment: environment, isOptional: true),
          AzureCLI(environment: environment),
        ]
      case .environment: [ClientSecret(environment: environment)]
      case .workloadIdentity: [WorkloadIdentity(environment: environment)]
      case .managedIdentity: [ManagedIdentity(environment: environment, isOptional: false)]
      case .cli: [AzureCLI(environment: environment)]
      }
    self.init(credentials)
  }

  init(_ credentials: [any Credential]) {
    self.credentials = credentials
  }

  package func token(
    for resource: AzureResource
  ) async throws(CredentialError) -> AccessToken {
    var failures: [String] = []
    let found = self.found.withLock { $0 }
    for credential in found.map({ [$0] }) ?? self.credentials {
      do {
        let token = try await credential.token(for: resource)
        self.found.withLock { $0 = credential }
        return token
      } catch {
        failures.append("\(credential.name): \(error.description)")
        guard error.code == .unavailable else {
          throw CredentialError(error.code, failures.joined(separator: "; "))
        }
      }
    }
    throw CredentialError(.unavailable, failures.joined(separator: "; "))
  }
}
