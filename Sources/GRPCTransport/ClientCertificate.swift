package import Foundation

/// What a client's certificate says of it.
package struct ClientCertificate: Sendable {
  package let name: String
  /// The end of its validity.
  package let expiry: Date

  package init(name: String, expiry: Date) {
    self.name = name
    self.expiry = expiry
  }
}
