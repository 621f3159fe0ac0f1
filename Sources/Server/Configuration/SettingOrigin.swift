/// Where a setting's value comes from; later cases give way to earlier ones.
package enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
  case flag(String)
  case variable(String)
  /// A variable of the file `.env`.
  case environmentFile(variable: String, line: Int)
  case settingsFile(path: String, key: String, line: Int)
  /// A file of its own, which another setting names.
  indirect case secretFile(path: String, named: SettingOrigin)
  case standard

  /// Which of the places that go before one another it is.
  var rank: Int {
    switch self {
    case .flag: 0
    case .variable: 1
    case .environmentFile: 2
    case .settingsFile: 3
    case .secretFile(_, let origin): origin.rank
    case .standard: 4
    }
  }

  var isSecretFile: Bool { if case .secretFile = self { true } else { false } }

  package var description: String {
    switch self {
    case .flag(let name): name
    case .variable(let name): name
    case .environmentFile(let variable, let line):
      "\(variable) (\(EnvironmentFile.name), line \(line))"
    case .settingsFile(let path, let key, let line): "\(key) (\(path), line \(line))"
    case .secretFile(let path, let origin): "\(path), by \(origin)"
    case .standard: "default"
    }
  }
}
