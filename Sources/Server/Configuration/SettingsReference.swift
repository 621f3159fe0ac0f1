/// The manual of the settings, made from ``Setting/all``.
package enum SettingsReference {
  package static var markdown: String {
    let rows = Setting.all.map { setting in
      let cells = [
        "`\(setting.flag)`", "`\(setting.variable)`",
        setting.defaultText.map { "`\($0)`" } ?? "", setting.rule, setting.help,
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    let head = ["| Flag | Variable | Default | Value | Meaning |", "|---|---|---|---|---|"]
    return (head + rows).joined(separator: "\n")
  }
}
