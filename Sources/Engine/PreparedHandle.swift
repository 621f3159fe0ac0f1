/// A prepared statement as a client holds it.
final class PreparedHandle: Sendable {
  let sql: String
  let description: StatementDescription
  /// Where the text is one statement; several are compiled as they run.
  let compiled: CompiledStatement?

  init(sql: String, description: StatementDescription, compiled: CompiledStatement?) {
    self.sql = sql
    self.description = description
    self.compiled = compiled
  }
}
