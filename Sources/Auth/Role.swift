/// What a principal may do; the raw value is the `role` claim of a token.
package enum Role: String, CaseIterable, Sendable {
  /// Reads only.
  case reader
  /// Reads and writes.
  case user
  /// Reads, writes, and runs what concerns all others.
  case admin
}
