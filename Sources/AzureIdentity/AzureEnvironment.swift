internal import Foundation

/// The variables by which Azure tells a process who it is, named as everywhere in Azure.
///
/// Read anew for each token: platforms rotate what is in them.
package struct AzureEnvironment: Sendable {
  private static let publicAuthority = "https://login.microsoftonline.com"
  private static let metadataService = "http://169.254.169.254"

  private let variables: @Sendable () -> [String: String]

  package init(
    _ variables: @escaping @Sendable () -> [String: String] = {
      ProcessInfo.processInfo.environment
    }
  ) {
    self.variables = variables
  }

  /// The value of a variable that isn't empty.
  subscript(_ name: String) -> String? {
    self.variables()[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The values of variables that all are needed.
  func values(_ names: String...) throws(CredentialError) -> [String] {
    let missing = names.filter { self[$0] == nil }
    guard missing.isEmpty else {
      throw CredentialError(.unavailable, "\(missing.joined(separator: ", ")) not set")
    }
    return names.compactMap { self[$0] }
  }

  /// Where a tenant's tokens are issued.
  func tokenURL(tenant: String) throws(CredentialError) -> String {
    guard tenant.wholeMatch(of: /[A-Za-z0-9.-]+/) != nil else {
      throw CredentialError(.refused, "AZURE_TENANT_ID is no tenant's id")
    }
    let authority = try self.origin("AZURE_AUTHORITY_HOST") ?? Self.publicAuthority
    return "\(authority)/\(tenant)/oauth2/v2.0/token"
  }

  /// Where a virtual machine's tokens come from.
  func metadataURL() throws(CredentialError) -> String {
    let service = self["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? Self.metadataService
    let trimmed = service.hasSuffix("/") ? String(service.dropLast()) : service
    return "\(trimmed)/metadata/identity/oauth2/token"
  }

  /// A URL that secrets are sent to: encrypted, or on this machine.
  private func origin(_ name: String) throws(CredentialError) -> String? {
    guard var text = self[name] else { return nil }
    if !text.contains("://") { text = "https://" + text }
    guard let url = URL(string: text), let host = url.host(), !host.isEmpty,
      url.scheme == "https" || (url.scheme == "http" && ["127.0.0.1", "localhost"].contains(host))
    else { throw CredentialError(.refused, "\(name) is no https:// URL") }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
