/// The statements that begin and end a connection's transactions, compiled at their first use: that takes
/// several times as long as running them.
///
/// Not `Sendable`: it belongs to the connection.
final class TransactionStatements {
  private var beginning: PreparedStatement?
  private var beginningToRead: PreparedStatement?
  private var committing: PreparedStatement?
  private var rollingBack: PreparedStatement?

  func begin(isReadOnly: Bool, on connection: ConnectionHandle) throws(DuckDBError) {
    if isReadOnly {
      try Self.execute(&self.beginningToRead, "BEGIN TRANSACTION READ ONLY", on: connection)
    } else {
      try Self.execute(&self.beginning, "BEGIN TRANSACTION", on: connection)
    }
  }

  func commit(on connection: ConnectionHandle) throws(DuckDBError) {
    try Self.execute(&self.committing, "COMMIT", on: connection)
  }

  func rollBack(on connection: ConnectionHandle) throws(DuckDBError) {
    try Self.execute(&self.rollingBack, "ROLLBACK", on: connection)
  }

  private static func execute(
    _ kept: inout PreparedStatement?,
    _ sql: String,
    on connection: ConnectionHandle
  ) throws(DuckDBError) {
    let statement: PreparedStatement
    if let kept {
      statement = kept
    } else {
      statement = try PreparedStatement(sql, on: connection)
      kept = statement
    }
    try statement.execute()
  }
}
