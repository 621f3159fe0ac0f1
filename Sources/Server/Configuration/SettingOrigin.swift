/// Where a setting's value comes from; later cases give way to earlier ones.
package enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
  case flag(String)
  case variable(String)
  /// A variable of the file `.env`.
  case environmentFile(variable: String, line: Int)
  case settingsFile(path: String, key: String, line: Int)
  case standard

  package var description: String {
    switch self {
    case .flag(let name): name
    case .variable(let name): name
    case .environmentFile(let variable, let line):
      "\(variable) (\(EnvironmentFile.name), line \(line))"
    case .settingsFile(let path, let key, let line): "\(key) (\(path), line \(line))"
    case .standard: "default"
    }
  }
}
