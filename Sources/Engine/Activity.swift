/// What an engine is about: two that are equal, with nothing at work, mean that it rested in between.
package struct Activity: Hashable, Sendable {
  package var activeStatementCount: Int
  /// Since the engine was opened.
  package var begunStatementCount: Int
  package var sessionCount: Int

  package init(activeStatementCount: Int, begunStatementCount: Int, sessionCount: Int) {
    self.activeStatementCount = activeStatementCount
    self.begunStatementCount = begunStatementCount
    self.sessionCount = sessionCount
  }
}
