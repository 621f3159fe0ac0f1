/// Which credentials are tried.
package enum CredentialChoice: String, CaseIterable, Sendable {
  /// All of the others, in their order.
  case auto
  /// A client's secret, in variables.
  case environment
  case workloadIdentity = "workload-identity"
  case managedIdentity = "managed-identity"
  /// Whoever has logged in to Azure's command line.
  case cli
}
