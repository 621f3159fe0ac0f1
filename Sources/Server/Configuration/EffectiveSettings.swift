internal import Foundation

/// The settings that hold, and where each comes from.
///
/// A flag goes before a variable, that before one of the file `.env` in the working folder, that
/// before the settings file, and that before the default.
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
    let named =
      file ?? environment[Self.fileVariable]
      ?? environmentFile.variables.last { $0.name == Self.fileVariable }?.value
    if let path = named, !path.isEmpty {
      for value in try SettingsFile(text: Self.read(path, for: "--config"), path: path).values {
        candidates[value.setting.name] = Candidate(text: value.text, origin: value.origin)
      }
    }
    for variable in environmentFile.variables {
      let origin = SettingOrigin.environmentFile(variable: variable.name, line: variable.line)
      Self.take(variable.name, variable.value, origin, &candidates, &warnings)
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      Self.take(name, value, .variable(name), &candidates, &warnings)
    }
    for (name, value) in flags {
      candidates[name] = Candidate(text: value, origin: .flag("--\(name)"))
    }
    let configuration = try Self.configuration(candidates)
    self.configuration = configuration
    self.warnings = warnings
    self.entries = Setting.all.map { setting in
      let text = setting.text(configuration)
      return Entry(
        setting: setting,
        text: setting.isSecret && text != nil ? Self.maskedText : text,
        origin: candidates[setting.name]?.origin ?? .standard
      )
    }
  }

  private static func take(
    _ variable: String,
    _ value: String,
    _ origin: SettingOrigin,
    _ candidates: inout [String: Candidate],
    _ warnings: inout [String]
  ) {
    // A variable that is empty is not set, as containers' templates leave it.
    guard variable.hasPrefix("LAKEHOUSE_"), variable != Self.fileVariable, !value.isEmpty else {
      return
    }
    guard let setting = Setting.all.first(where: { $0.variable == variable }) else {
      warnings.append("\(origin): is not a setting")
      return
    }
    candidates[setting.name] = Candidate(text: value, origin: origin)
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
    return try EnvironmentFile(text: Self.read(path, for: EnvironmentFile.name))
  }

  private static func read(
    _ path: String,
    for source: String
  ) throws(ConfigurationError) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ConfigurationError("\(source): cannot read '\(path)' as UTF-8 text")
    }
  }
}
