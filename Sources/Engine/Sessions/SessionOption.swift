/// The value of a session option, in the types that Flight RPC's `SessionOptionValue` has.
package enum SessionOption: Hashable, Sendable {
  case text(String)
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case texts([String])
}

/// Why a session option can't be set, in the words of Flight RPC's `SetSessionOptionsResult`.
package enum SessionOptionError: Error, Hashable, Sendable {
  case invalidName
  case invalidValue
  /// Name and value are right, and yet it can't be set: it is fixed when the server starts, say.
  case error
}
