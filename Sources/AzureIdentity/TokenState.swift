/// How it is about a token.
package enum TokenState: String, Hashable, Sendable {
  case ok
  /// It counts, and getting the next one failed.
  case degraded
  /// It counts no longer.
  case expired
}
