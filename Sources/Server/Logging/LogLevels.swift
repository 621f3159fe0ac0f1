package import Logging

/// From which level on each component is logged.
package struct LogLevels: Sendable {
  package var standard: Logger.Level
  package var exceptions: [LogComponent: Logger.Level] = [:]

  package init(_ standard: Logger.Level = .info) {
    self.standard = standard
  }

  package subscript(component: LogComponent) -> Logger.Level {
    self.exceptions[component] ?? self.standard
  }
}

extension LogLevels {
  /// What a text must be, as in "LOG_LEVEL is not ...".
  static var rule: String {
    let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
    let components = LogComponent.allCases.map(\.rawValue).joined(separator: ", ")
    return "one of \(levels); or with exceptions (\(components)) after commas, "
      + "as in info,transport=debug"
  }

  /// Reads `info` or `info,transport=debug,engine=warning`; letter case doesn't matter.
  ///
  /// What is not said of everything is `info`; `nil` for a text that breaks the ``rule``.
  package init?(text: String) {
    self.init()
    var hasStandard = false
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
        .map { $0.filter { $0 != " " }.lowercased() }
      switch words.count {
      case 1:
        guard !hasStandard, let level = Self.level(words[0]) else { return nil }
        self.standard = level
        hasStandard = true
      case 2:
        guard let component = LogComponent(rawValue: words[0]), let level = Self.level(words[1])
        else { return nil }
        self.exceptions[component] = level
      default:
        return nil
      }
    }
  }

  package var text: String {
    let exceptions = LogComponent.allCases.compactMap { component in
      self.exceptions[component].map { "\(component.rawValue)=\($0.rawValue)" }
    }
    return ([self.standard.rawValue] + exceptions).joined(separator: ",")
  }

  /// The names of swift-log, and those other servers have for the same.
  private static func level(_ name: String) -> Logger.Level? {
    name == "warn" ? .warning : Logger.Level(rawValue: name)
  }
}
