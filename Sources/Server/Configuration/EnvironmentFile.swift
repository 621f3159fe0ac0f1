internal import Foundation

/// The variables of a file `.env`, as shells and containers read it.
///
/// A line is `NAME=VALUE`, with `export` in front or not; blank lines and those that begin with `#`
/// are comments, as is what follows ` #` behind a value without quotes. A value in single quotes
/// stands for itself; in double quotes, `\n` is a line feed, and a backslash goes before `"`, `\`, `$`
/// and a backtick. Nothing is replaced by another variable.
package struct EnvironmentFile {
  package static let name = ".env"

  package struct Variable: Hashable {
    package var name: String
    package var value: String
    package var line: Int

    package init(name: String, value: String, line: Int) {
      self.name = name
      self.value = value
      self.line = line
    }
  }

  package let variables: [Variable]

  /// - Throws: If a line is none of these.
  package init(text: String) throws(ConfigurationError) {
    var variables: [Variable] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      guard let (name, value) = Self.assignment(trimmed) else {
        throw ConfigurationError("\(Self.name), line \(index + 1): is not NAME=VALUE")
      }
      variables.append(Variable(name: name, value: value, line: index + 1))
    }
    self.variables = variables
  }

  private static func assignment(_ line: String) -> (name: String, value: String)? {
    let statement = line.hasPrefix("export ") ? line.dropFirst("export ".count) : line[...]
    let parts = statement.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let name = parts[0].trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty, !name.contains(where: \.isWhitespace),
      let value = Self.value(String(parts[1]))
    else { return nil }
    return (name, value)
  }

  private static func value(_ content: String) -> String? {
    let text = content.trimmingCharacters(in: .whitespaces)
    guard let quote = text.first, quote == "'" || quote == "\"" else {
      // With its blanks: right behind the equals sign begins a value, which may be a password.
      let comment = content.range(of: #"\s#"#, options: .regularExpression)
      let end = comment?.lowerBound ?? content.endIndex
      return content[..<end].trimmingCharacters(in: .whitespaces)
    }
    var value = ""
    var rest = text.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        let behind = rest.trimmingCharacters(in: .whitespaces)
        return behind.isEmpty || behind.hasPrefix("#") ? value : nil
      }
      guard character == "\\", quote == "\"", let escaped = rest.popFirst() else {
        value.append(character)
        continue
      }
      switch escaped {
      case "n": value.append("\n")
      case "\"", "\\", "$", "`": value.append(escaped)
      default: value.append(contentsOf: ["\\", escaped])
      }
    }
    return nil
  }
}
