internal import Foundation

/// The settings in effect, and where each comes from.
///
/// A flag takes precedence over a variable, that over one of the file `.env` in the working folder,
/// that over the settings file, and that over the default.
package struct EffectiveSettings: Sendable {
  package struct Entry: Sendable {
    package let setting: Setting
    /// The value as it is shown; `nil` if there is none.
    package let text: String?
    package let origin: SettingOrigin
  }

  private struct Candidate {
    var text: String
    var origin: SettingOrigin
  }

  /// The variable that names the settings file.
  package static let fileVariable = "LAKEHOUSE_CONFIG"
  private static let maskedText = "********"

  /// All settings, in the order of ``Setting/all``.
  package let entries: [Entry]
  package let configuration: ServerConfiguration
  /// What looks like a setting and is none, each in a sentence.
  package let warnings: [String]

  /// Reads every place where settings may be.
  ///
  /// - Parameters:
  ///   - flags: What the command line says, by the settings' names.
  ///   - file: The settings file, if the command line names one.
  ///   - folder: Where `.env` is looked for.
  /// - Throws: With all that is wrong.
  package init(
    flags: [String: String],
    file: String?,
    environment: [String: String],
    folder: String
  ) throws(ConfigurationError) {
    let environmentFile = try Self.environmentFile(in: folder)
    var candidates: [String: Candidate] = [:]
    var warnings: [String] = []
    if let named = Self.settingsFile(file, environment, environmentFile) {
      let contents = try TextFile(named.text, for: "\(named.origin)").text
      for value in try SettingsFile(text: contents, path: named.text).values {
        try Self.take(value.key, value.text, value.origin, &candidates)
      }
    }
    for variable in environmentFile.variables {
      let origin = SettingOrigin.environmentFile(variable: variable.name, line: variable.line)
      try Self.take(variable.name, variable.value, origin, &candidates, &warnings)
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      try Self.take(name, value, .variable(name), &candidates, &warnings)
    }
    for (name, value) in flags.sorted(by: { $0.key < $1.key }) {
      guard let key = SettingKey(name) else { continue }
      // A shell's variable that isn't set leaves such a flag: without its value the server would ask
      // for no password, or keep nothing.
      guard !value.isEmpty else { throw ConfigurationError("--\(name): is empty") }
      try Self.take(key, value, .flag("--\(name)"), &candidates)
    }
    let configuration = try Self.configuration(candidates)
    self.configuration = configuration
    self.warnings = warnings
    self.entries = Setting.all.map { setting in
      let text = setting.text(configuration)
      return Entry(
        setting: setting,
        text: setting.visibility != .shown && text != nil ? Self.maskedText : text,
        origin: candidates[setting.name]?.origin ?? .standard
      )
    }
  }

  /// The settings file's path, and who names it.
  private static func settingsFile(
    _ flag: String?,
    _ environment: [String: String],
    _ environmentFile: EnvironmentFile
  ) -> Candidate? {
    var named: [Candidate] = []
    if let flag { named.append(Candidate(text: flag, origin: .flag("--config"))) }
    if let path = environment[Self.fileVariable] {
      named.append(Candidate(text: path, origin: .variable(Self.fileVariable)))
    }
    for variable in environmentFile.variables.reversed() where variable.name == Self.fileVariable {
      let origin = SettingOrigin.environmentFile(variable: variable.name, line: variable.line)
      named.append(Candidate(text: variable.value, origin: origin))
    }
    return named.first { !$0.text.isEmpty }
  }

  private static func take(
    _ variable: String,
    _ value: String,
    _ origin: SettingOrigin,
    _ candidates: inout [String: Candidate],
    _ warnings: inout [String]
  ) throws(ConfigurationError) {
    // A variable that is empty is not set, as containers' templates leave it.
    guard variable.hasPrefix(Setting.variablePrefix), variable != Self.fileVariable,
      !value.isEmpty
    else { return }
    guard let key = SettingKey(variable: variable) else {
      warnings.append("\(origin): is not a setting")
      return
    }
    try Self.take(key, value, origin, &candidates)
  }

  private static func take(
    _ key: SettingKey,
    _ value: String,
    _ origin: SettingOrigin,
    _ candidates: inout [String: Candidate]
  ) throws(ConfigurationError) {
    let name = key.setting.name
    if key.setting.visibility == .secret, let other = candidates[name]?.origin,
      other.rank == origin.rank, other.isSecretFile != key.isFile
    {
      throw ConfigurationError("\(origin): is set beside \(other): give one of the two")
    }
    guard key.isFile else {
      candidates[name] = Candidate(text: value, origin: origin)
      return
    }
    var text = try TextFile(value, for: "\(origin)").text
    // Editors end files with a line feed.
    if text.last?.isNewline == true { text.removeLast() }
    // Without its password, a server would ask nobody for it.
    guard !text.allSatisfy(\.isWhitespace) else {
      throw ConfigurationError("\(origin): '\(value)' is empty")
    }
    candidates[name] = Candidate(text: text, origin: .secretFile(path: value, named: origin))
  }

  private static func configuration(
    _ candidates: [String: Candidate]
  ) throws(ConfigurationError) -> ServerConfiguration {
    var configuration = ServerConfiguration()
    var problems: [String] = []
    for setting in Setting.all {
      guard let candidate = candidates[setting.name] else { continue }
      do throws(ConfigurationError) {
        try setting.apply(candidate.text, from: candidate.origin, to: &configuration)
      } catch {
        problems += error.problems
      }
    }
    if problems.isEmpty {
      problems = configuration.contradictions { name in
        candidates[name].map { "\($0.origin)" } ?? "--\(name)"
      }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return configuration
  }

  private static func environmentFile(
    in folder: String
  ) throws(ConfigurationError) -> EnvironmentFile {
    let path = URL(filePath: folder).appending(path: EnvironmentFile.name).path
    guard FileManager.default.fileExists(atPath: path) else { return try EnvironmentFile(text: "") }
    return try EnvironmentFile(text: TextFile(path, for: EnvironmentFile.name).text)
  }
}
