package import Foundation

/// What may be told of a token.
package struct TokenStatus: Hashable, Sendable {
  /// Of the resource it is for.
  package let name: String
  package let state: TokenState
  package let obtained: Date
  package let expiry: Date
  /// Why there is no newer one, for the log.
  package let failure: String?

  package init(
    name: String,
    state: TokenState,
    obtained: Date,
    expiry: Date,
    failure: String? = nil
  ) {
    self.name = name
    self.state = state
    self.obtained = obtained
    self.expiry = expiry
    self.failure = failure
  }
}
