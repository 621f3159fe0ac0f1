internal import Auth
internal import Engine
internal import Logging

/// Writes the statements that clients send to the log, if the server is told to.
struct StatementLog: Sendable {
  let logger: Logger
  let printsStatements: Bool
  let literals: QueryLiterals

  func statement(_ sql: String, _ call: Call) {
    guard self.printsStatements else { return }
    let masked = MaskedSQL(sql)
    let keepsLiterals = self.literals == .kept && !masked.mayHoldSecrets
    self.logger.info(
      "statement",
      metadata: [
        "principal": "\(call.session.principal.name)",
        "request": "\(call.record?.requestID ?? "")",
        "session": "\(call.session.number)",
        "sql": "\(keepsLiterals ? sql : masked.text)",
      ]
    )
  }
}
