/// What a ``DatabaseProbe`` asks.
package enum ProbeQuestion: Sendable {
  /// Whether DuckDB runs a query.
  case database
  /// Whether the catalog of every attached DuckLake can be read, and the lake's folder is where it was.
  case catalogs
}
