/// A result that can't travel as Arrow without a loss, or a parameter that didn't.
package struct ConversionError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// Arrow has no such type, or the client could not read it.
    case unsupportedType
    /// The type depends on a parameter that isn't bound yet; or is one that DuckDB's C API has no name for,
    /// such as TYPE.
    case undeterminedType
    /// The type holds the value, its Arrow counterpart doesn't.
    case valueOutOfRange
    case rowTooLarge
  }

  package var code: Code
  package var message: String

  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }
}

extension ConversionError: CustomStringConvertible {
  package var description: String { self.message }
}

extension ConversionError {
  static func outOfRange(
    column: String,
    value: String,
    type: String,
    reason: String
  ) -> ConversionError {
    ConversionError(
      code: .valueOutOfRange,
      message: """
        column "\(column)": the \(type) value \(value) \(reason); cast the column to VARCHAR to \
        fetch it
        """
    )
  }
}
