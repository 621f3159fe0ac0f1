internal import Auth

extension SettingType where Value == KeySetURL? {
  /// An empty text is none.
  static var keySetURL: Self {
    Self(
      rule: KeySetURL.rule,
      parse: { $0.isEmpty ? .some(nil) : KeySetURL($0).map { .some($0) } },
      text: { $0?.text }
    )
  }
}
