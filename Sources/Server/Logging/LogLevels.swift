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
  /// What is wrong with a text that isn't a list of levels.
  package struct ParseError: Error, Hashable {
    package var message: String
  }

  /// Reads `info` or `info,transport=debug,engine=warning`; letter case doesn't matter.
  package init(parsing text: String) throws(ParseError) {
    self.init()
    var hasStandard = false
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let level = try Self.level(pair[pair.count - 1])
      guard pair.count == 2 else {
        guard !hasStandard else {
          throw ParseError(message: "there are two levels for everything in '\(text)'")
        }
        self.standard = level
        hasStandard = true
        continue
      }
      let name = Self.trimmed(pair[0])
      guard let component = LogComponent(rawValue: name) else {
        let known = LogComponent.allCases.map(\.rawValue).joined(separator: ", ")
        throw ParseError(message: "'\(name)' is not a component; there are \(known)")
      }
      self.exceptions[component] = level
    }
  }

  private static func level(_ text: Substring) throws(ParseError) -> Logger.Level {
    let name = Self.trimmed(text)
    guard let level = Logger.Level(rawValue: name) else {
      let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw ParseError(message: "'\(name)' is not a level; there are \(known)")
    }
    return level
  }

  private static func trimmed(_ text: Substring) -> String {
    let inner = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    return String(inner).lowercased()
  }
}
