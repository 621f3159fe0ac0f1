/// What the answers to `CommandGetSqlInfo` depend on; all else is the same for every server.
package struct SQLInfoFacts: Sendable {
  /// DuckDB's version, such as `v1.5.5`.
  package var duckDBVersion: String
  package var isReadOnly = false
  /// How long a prepared statement is kept that nobody uses.
  package var idleMilliseconds = 0
  /// How long a transaction is kept open that nobody uses.
  package var transactionIdleMilliseconds = 0
  package var maximumConnectionCount = 0
  package var maximumPreparedStatementCount = 0
  package var maximumRowByteCount = 0
  package var maximumStatementByteCount = 0
  package var keywords: [String] = []
  package var numericFunctions: [String] = []
  package var stringFunctions: [String] = []
  package var systemFunctions: [String] = []
  package var datetimeFunctions: [String] = []

  package init(duckDBVersion: String) {
    self.duckDBVersion = duckDBVersion
  }
}
