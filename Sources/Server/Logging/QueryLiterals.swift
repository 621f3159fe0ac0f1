/// What becomes of the literals in statements that are logged.
package enum QueryLiterals: String, CaseIterable, Sendable {
  /// They are logged, except those of statements that seem to bring secrets.
  case kept
  /// Each becomes a question mark.
  case masked
}
