/// Why a call is not let in.
///
/// The messages don't tell which part of a credential was wrong, and hold nothing of it.
package enum AuthenticationError: Error, Hashable, Sendable {
  case headerRequired
  case unsupportedScheme
  case invalidBasicHeader
  case emptyUsername
  case invalidCredentials
  case emptyToken
  case invalidToken
  case invalidIssuer
  case expiredToken
  /// Too many logins failed: the next is looked at after this many seconds.
  case tooManyFailures(seconds: Int)
  /// More logins wait for their password to be checked than the queue holds.
  case tooManyLogins(limit: Int)
}

extension AuthenticationError {
  package var message: String {
    switch self {
    case .headerRequired: "Authorization header is required"
    case .unsupportedScheme: "Unsupported authorization scheme"
    case .invalidBasicHeader: "Invalid Basic auth header"
    case .emptyUsername: "Username must not be empty"
    case .invalidCredentials: "Invalid credentials"
    case .emptyToken: "Bearer token is empty"
    case .invalidToken: "Invalid token"
    case .invalidIssuer: "Invalid token issuer"
    case .expiredToken: "Token has expired"
    case .tooManyFailures(let seconds):
      "Too many failed logins: try again in \(seconds) s"
    case .tooManyLogins(let limit):
      "The server already checks \(limit) logins (login queue limit): try again in a moment"
    }
  }
}
