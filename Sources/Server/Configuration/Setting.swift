/// One setting of the server: a flag, a variable, and a key of the settings file.
package struct Setting: Sendable {
  /// As in the settings file and, behind two dashes, on the command line.
  package let name: String
  package let help: String
  /// Whether its value is shown to nobody.
  package let isSecret: Bool
  /// Whether the flag needs no value.
  package let isSwitch: Bool
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
    isSecret: Bool = false
  ) {
    self.name = name
    self.help = help
    self.isSecret = isSecret
    self.isSwitch = Value.self == Bool.self
    self.rule = type.rule
    self.text = { type.text($0[keyPath: path]) }
    self.assign = { text, configuration in
      guard let value = type.parse(text) else { return false }
      configuration[keyPath: path] = value
      return true
    }
  }

  package var flag: String { "--\(self.name)" }
  package var variable: String {
    "LAKEHOUSE_" + self.name.uppercased().replacing("-", with: "_")
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
      let shown = self.isSecret ? "its value" : "'\(text)'"
      throw ConfigurationError("\(origin): \(shown) is not \(self.rule)")
    }
  }
}

extension Setting {
  /// The setting of this name.
  package static func named(_ name: some StringProtocol) -> Setting? {
    let name = name.lowercased().replacing("_", with: "-")
    return Self.all.first { $0.name == name }
  }
}
