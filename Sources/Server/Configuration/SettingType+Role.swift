internal import Auth

extension SettingType where Value == Role {
  static var role: Self {
    let words = Role.allCases.map(\.rawValue)
    return Self(
      rule: "one of \(words.joined(separator: ", "))",
      parse: { Role(rawValue: $0) },
      text: { $0.rawValue },
      words: words
    )
  }
}
