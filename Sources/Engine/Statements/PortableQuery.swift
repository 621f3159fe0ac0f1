/// What another server on the same data needs to run an announced query.
package struct PortableQuery: Hashable, Sendable {
  package var sql: String
  /// The session's `USE`, `SET` and variables, in their order.
  package var settings: [String]
  package var statementTimeout: Duration?

  package init(sql: String, settings: [String] = [], statementTimeout: Duration? = nil) {
    self.sql = sql
    self.settings = settings
    self.statementTimeout = statementTimeout
  }
}
