internal import ArgumentParser
internal import Server

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show the settings in effect, and where each comes from.",
    discussion: "Takes what serve takes, and checks it. Secrets are masked."
  )

  @OptionGroup var options: SettingOptions

  @Flag(help: "Show the manual of all settings instead, as a Markdown table.")
  var reference = false

  func run() throws {
    if self.reference { return try StandardOutput.print(SettingsReference.markdown) }
    let settings = try self.options.effectiveSettings()
    let width = settings.entries.map(\.setting.name.count).max() ?? 0
    let lines = settings.entries.map { entry in
      let name = entry.setting.name.padding(to: width)
      return "\(name)  \(entry.text ?? "(not set)")  [\(entry.origin)]"
    }
    let warnings = settings.warnings.map { "warning: \($0)" }
    try StandardOutput.print((lines + warnings).joined(separator: "\n"))
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - self.count))
  }
}
