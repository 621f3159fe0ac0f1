internal import Foundation

/// A way to prove to Azure who this process is.
protocol Credential: Sendable {
  /// What people call it.
  var name: String { get }

  /// Asks for a new token; Azure may answer with one it has issued before.
  func token(for resource: AzureResource) async throws(CredentialError) -> AccessToken
}
