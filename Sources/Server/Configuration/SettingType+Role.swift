internal import Auth

extension SettingType where Value == Role {
  static var role: Self {
    Self(
      rule: "one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))",
      parse: { Role(rawValue: $0) },
      text: { $0.rawValue }
    )
  }
}
