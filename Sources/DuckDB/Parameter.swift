/// One parameter of a prepared statement.
package struct Parameter: Hashable, Sendable {
  /// The name in `$name`, or the position in `?` and `$1`.
  package var name: String
  /// ``LogicalType/Kind/unknown`` where the statement doesn't determine it.
  package var type: LogicalType
}
