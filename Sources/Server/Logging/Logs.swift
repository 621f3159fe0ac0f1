internal import Logging

/// Makes the loggers of a server, which all write to one output.
struct Logs: Sendable {
  let configuration: LoggingConfiguration
  let output: LogOutput

  init(_ configuration: LoggingConfiguration) {
    self.configuration = configuration
    self.output = LogOutput(
      format: configuration.format,
      bufferByteCount: configuration.bufferByteCount
    )
  }

  func logger(_ component: LogComponent) -> Logger {
    var logger = Logger(label: component.rawValue) { label in
      LineLogHandler(component: label, format: self.configuration.format, output: self.output)
    }
    logger.logLevel = self.configuration.levels[component]
    return logger
  }

  var access: AccessLog {
    AccessLog(
      output: self.output,
      format: self.configuration.format,
      level: self.configuration.levels[.access]
    )
  }

  var statements: StatementLog {
    StatementLog(
      logger: self.logger(.statements),
      printsStatements: self.configuration.printsStatements,
      literals: self.configuration.queryLiterals
    )
  }
}
