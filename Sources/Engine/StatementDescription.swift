package import ArrowIPC

/// What is known of a statement before it runs.
package struct StatementDescription: Sendable {
  /// The result's columns; none where there is no result set.
  package var schema: Schema
  /// Whether the statement has no result set.
  package var isUpdate: Bool
  package var parameterCount: Int
}
