internal import DuckDB

/// Why rows could not be ingested, where the reason isn't DuckDB's or the Arrow format's.
package struct IngestionError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// The client sent no schema, or one that no table can have.
    case invalidSchema
    /// DuckDB has no counterpart of an Arrow type.
    case unsupportedType
    /// A value that the column's type in DuckDB can't hold.
    case invalidValue
    case invalidTarget
    case tableMissing
    case tableExists
    /// The table is there, and lacks a column of the rows.
    case schemaMismatch
    /// A row is larger than a limit.
    case rowTooLarge
  }

  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The same error, told to have happened in a column.
  func inside(column name: String) -> IngestionError {
    IngestionError(self.code, "Column \(SQLText.identifier(name)): \(self.message)")
  }
}

extension IngestionError: CustomStringConvertible {
  package var description: String { self.message }
}
