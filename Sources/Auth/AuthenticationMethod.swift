/// How a principal was recognised; the raw value is the `auth_method` claim of a token.
package enum AuthenticationMethod: String, Sendable {
  case basic
  case certificate
  /// A token of somebody else's, or one made by `lakehouse token`.
  case token
}
