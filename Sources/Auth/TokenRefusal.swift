/// Why a token doesn't count.
///
/// Its bearer is told the error alone; the reason is the operator's, in the log.
struct TokenRefusal: Error {
  let error: AuthenticationError
  let reason: String
  /// Whether another key might verify it.
  let isOfKey: Bool

  init(
    _ reason: String,
    as error: AuthenticationError = .invalidToken,
    isOfKey: Bool = false
  ) {
    self.error = error
    self.reason = reason
    self.isOfKey = isOfKey
  }
}
