internal import Engine
internal import Logging

/// Writes the statements that clients send to the log, if the server is told to.
struct StatementLog: Sendable {
  let logger: Logger
  let printsStatements: Bool

  func statement(_ sql: String, _ call: Call) {
    guard self.printsStatements else { return }
    self.logger.info("\(sql)", metadata: ["session": "\(call.session.id.text.prefix(8))"])
  }
}
