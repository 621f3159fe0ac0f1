/// A name as it is found on the command line, in variables and in files: of a setting, or of the file
/// that holds a secret one.
struct SettingKey {
  let setting: Setting
  let isFile: Bool

  /// - Parameter name: In any case, with dashes or underscores; `nil` if no setting has it.
  init?(_ name: some StringProtocol) {
    let name = name.lowercased().replacing("_", with: "-")
    if let setting = Setting.named(name) {
      self.setting = setting
      self.isFile = false
    } else if name.hasSuffix(Setting.fileSuffix),
      let setting = Setting.named(name.dropLast(Setting.fileSuffix.count)),
      setting.visibility == .secret
    {
      self.setting = setting
      self.isFile = true
    } else {
      return nil
    }
  }

  /// - Parameter variable: With `LAKEHOUSE_` in front, in capitals.
  init?(variable: String) {
    guard variable.hasPrefix(Setting.variablePrefix), variable == variable.uppercased() else {
      return nil
    }
    self.init(variable.dropFirst(Setting.variablePrefix.count))
  }
}
