package import ArrowIPC

/// What is known of a statement before it runs.
package struct StatementDescription: Sendable {
  /// The result's columns; none where there is no result set.
  ///
  /// Where they depend on the values of parameters, a guess, or none.
  package var schema: Schema
  /// Whether the statement has no result set.
  package var isUpdate: Bool
  /// The form in which the values of its parameters are expected.
  package var parameterSchema: Schema
  var parameters: StatementParameters
  var isUndetermined: Bool

  package var parameterCount: Int { self.parameters.count }
}

extension StatementDescription {
  /// A query without parameters.
  init(query schema: Schema) throws {
    self.init(
      schema: schema,
      isUpdate: false,
      parameterSchema: Schema(fields: []),
      parameters: try StatementParameters([]),
      isUndetermined: false
    )
  }
}
