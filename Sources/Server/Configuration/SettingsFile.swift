internal import Yams

/// A settings file: a YAML mapping of settings' names to their values.
struct SettingsFile {
  struct Value {
    var key: SettingKey
    var text: String
    var origin: SettingOrigin
  }

  let values: [Value]

  /// - Throws: If it isn't such a mapping, or names what isn't a setting.
  init(text: String, path: String) throws(ConfigurationError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError("\(path): \(Self.reason(error))")
    }
    guard let root else {
      self.values = []
      return
    }
    guard case .mapping(let mapping) = root else {
      throw ConfigurationError("\(path): is not a mapping of settings to values")
    }
    var values: [Value] = []
    var problems: [String] = []
    var seen: Set<String> = []
    for (nameNode, node) in mapping {
      let name = nameNode.scalar?.string ?? "?"
      let line = nameNode.mark?.line ?? 0
      let origin = SettingOrigin.settingsFile(path: path, key: name, line: line)
      guard let key = SettingKey(name) else {
        problems.append("\(origin): is not a setting; `lakehouse config` lists them")
        continue
      }
      guard let scalar = node.scalar else {
        problems.append("\(origin): is not a single value")
        continue
      }
      guard seen.insert(key.setting.name).inserted else {
        problems.append("\(origin): is set twice")
        continue
      }
      // An empty value is YAML's null: not set.
      guard node.tag != Tag(.null) else { continue }
      values.append(Value(key: key, text: scalar.string, origin: origin))
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    self.values = values
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? YamlError else { return "is not YAML" }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "line \(mark.line): is not YAML: \(problem)"
    case .duplicatedKeysInMapping(let names, _):
      return "\(names.joined(separator: ", ")): is set twice"
    default: return "is not YAML"
    }
  }
}
