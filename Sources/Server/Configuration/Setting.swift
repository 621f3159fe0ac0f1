/// One setting of the server: a flag, a variable, and a key of the settings file.
package struct Setting: Sendable {
  /// As in the settings file and, behind two dashes, on the command line.
  package let name: String
  package let help: String
  package let visibility: Visibility
  /// Whether the flag needs no value.
  package let isSwitch: Bool
  /// What a value may be, where it is one of a few words.
  package let words: [String]
  /// What a value must be.
  let rule: String
  /// The effective value; `nil` if there is none.
  let text: @Sendable (ServerConfiguration) -> String?
  private let assign: @Sendable (String, inout ServerConfiguration) -> Bool

  init<Value>(
    _ name: String,
    _ path: any WritableKeyPath<ServerConfiguration, Value> & Sendable,
    _ type: SettingType<Value>,
    _ help: String,
    visibility: Visibility = .shown
  ) {
    self.name = name
    self.help = help
    self.visibility = visibility
    self.isSwitch = Value.self == Bool.self || Value.self == Bool?.self
    self.words = type.words
    self.rule = type.rule
    self.text = { type.text($0[keyPath: path]) }
    self.assign = { text, configuration in
      guard let value = type.parse(text) else { return false }
      configuration[keyPath: path] = value
      return true
    }
  }

  /// Who sees a value.
  package enum Visibility: Sendable {
    case shown
    /// Nobody: it is masked wherever settings are shown.
    case masked
    /// Nobody, and it can be in a file of its own, which a setting with `-file` behind the name names.
    case secret
  }

  static let fileSuffix = "-file"
  static let variablePrefix = "LAKEHOUSE_"

  package var flag: String { "--\(self.name)" }
  package var variable: String {
    Self.variablePrefix + self.name.uppercased().replacing("-", with: "_")
  }

  /// The value that holds where none is set; `nil` if there is none.
  package var defaultText: String? { self.text(ServerConfiguration()) }

  /// Sets it in a configuration.
  ///
  /// - Throws: If the text breaks the setting's rule.
  func apply(
    _ text: String,
    from origin: SettingOrigin,
    to configuration: inout ServerConfiguration
  ) throws(ConfigurationError) {
    guard self.assign(text, &configuration) else {
      let shown = self.visibility == .shown ? "'\(text)'" : "its value"
      throw ConfigurationError("\(origin): \(shown) is not \(self.rule)")
    }
  }
}

extension Setting {
  /// The setting of this name.
  package static func named(_ name: some StringProtocol) -> Setting? {
    Self.all.first { $0.name == name }
  }
}
