extension Setting {
  /// What is written to the log.
  static let logging: [Setting] = [
    Setting(
      "log-level",
      \.logging.levels,
      .logLevels,
      "What is logged, on standard error."
    ),
    Setting(
      "log-format",
      \.logging.format,
      .choice,
      "Lines of text for people, or JSON objects for machines."
    ),
    Setting(
      "print-queries",
      \.logging.printsStatements,
      .boolean,
      "Log the statements that clients send."
    ),
    Setting(
      "query-literals",
      \.logging.queryLiterals,
      .choice,
      "What --print-queries does with strings and numbers; likely secrets are always masked."
    ),
  ]
}
