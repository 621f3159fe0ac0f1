internal import DuckDB

/// Why a ``DatabaseProbe`` had no good answer.
package struct ProbeError: Error, Hashable, Sendable {
  /// For anybody: without DuckDB's text, which may name machines and users.
  package let message: String
  /// For the log.
  package let detail: String?

  static let stillAtWork = ProbeError(
    message: "DuckDB is still busy with an earlier check.",
    detail: nil
  )

  static func folder(of lake: Lake) -> ProbeError {
    ProbeError(
      message: "The folder with the data of '\(lake.alias)' has been moved or removed.",
      detail: lake.dataPath
    )
  }

  static func database(_ error: DuckDBError) -> ProbeError {
    ProbeError(message: "DuckDB can't run a query (\(error.code)).", detail: error.firstLine)
  }

  static func catalog(of lake: String, _ error: DuckDBError) -> ProbeError {
    ProbeError(
      message: "The catalog of '\(lake)' can't be read (\(error.code)).",
      detail: error.firstLine
    )
  }
}
