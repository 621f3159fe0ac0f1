/// The manual of the settings, made from ``Setting/all``.
package enum SettingsReference {
  package static var markdown: String {
    let rows = Setting.all.map { setting in
      let cells = [
        Self.names(setting.flag, Setting.fileSuffix, setting),
        Self.names(setting.variable, "_FILE", setting),
        setting.defaultText.map { "`\($0)`" } ?? "", setting.rule, setting.help,
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    let head = ["| Flag | Variable | Default | Value | Meaning |", "|---|---|---|---|---|"]
    return (head + rows).joined(separator: "\n")
  }

  private static func names(_ name: String, _ fileSuffix: String, _ setting: Setting) -> String {
    setting.visibility == .secret ? "`\(name)`, `\(name)\(fileSuffix)`" : "`\(name)`"
  }
}
