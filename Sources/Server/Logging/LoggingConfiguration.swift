/// What is logged, and how.
package struct LoggingConfiguration: Sendable {
  package var format = LogFormat.text
  package var levels = LogLevels()
  /// Whether each statement is logged.
  package var printsStatements = false
  package var queryLiterals = QueryLiterals.masked
  /// Lines that wait to be written; beyond that, lines are dropped and counted.
  package var bufferByteCount = 4 << 20

  package init() {}
}
