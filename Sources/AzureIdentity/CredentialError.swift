/// Why a credential has no token.
package struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// This machine hasn't got such a credential: another may have what is needed.
    case unavailable
    /// It may work again by itself: Azure is busy, or the network is down.
    case passing
    /// Azure refuses.
    case refused
  }

  package let code: Code
  /// Without secrets.
  package let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
