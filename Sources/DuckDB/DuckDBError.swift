import CDuckDB

/// An error reported by DuckDB.
package struct DuckDBError: Error, Hashable, Sendable {
  /// The class of failure, to branch on.
  package var code: Code

  /// DuckDB's own text, with its prefix such as `Catalog Error:`.
  package var message: String

  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }
}

extension DuckDBError: CustomStringConvertible {
  package var description: String { self.message }
}

extension DuckDBError {
  /// Whether a file was to be read, or listed, that isn't there.
  package var isMissingFile: Bool {
    self.code == .io
      && (self.message.contains("No files found") || self.message.contains("No such file"))
  }
}

extension DuckDBError {
  /// Reads the code off the prefix of the text: some functions, such as `duckdb_prepare`, report
  /// a text and no type.
  ///
  /// - Parameters:
  ///   - message: What DuckDB says, if anything.
  ///   - otherwise: The message where it says nothing.
  ///   - code: The code where the prefix tells none.
  @unsafe
  init(prefixed message: UnsafePointer<CChar>?, otherwise: String, code: Code) {
    let message = unsafe message.map { unsafe String(cString: $0) } ?? ""
    self.code = Code(prefixOf: message) ?? code
    self.message = message.isEmpty ? otherwise : message
  }
}
