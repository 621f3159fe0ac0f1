internal import Logging

/// How a setting's value is written.
package struct SettingType<Value: Sendable>: Sendable {
  /// What a text must be, as in "PORT is not ...".
  let rule: String
  /// `nil` for a text that breaks the rule.
  let parse: @Sendable (String) -> Value?
  /// The text of a value; `nil` if there is none.
  let text: @Sendable (Value) -> String?
}

extension SettingType where Value == String {
  static var text: Self { Self(rule: "a text", parse: { $0 }, text: { $0 }) }

  /// A text that is empty where there is none.
  static var textOrEmpty: Self {
    Self(rule: "a text", parse: { $0 }, text: { $0.isEmpty ? nil : $0 })
  }
}

extension SettingType where Value == String? {
  /// A text that may be missing; an empty one is none.
  static var optionalText: Self {
    Self(rule: "a text", parse: { .some($0.isEmpty ? nil : $0) }, text: { $0 })
  }
}

extension SettingType where Value == Bool {
  private static var words: [String: Bool] {
    [
      "true": true, "1": true, "yes": true, "on": true, "t": true, "y": true,
      "false": false, "0": false, "no": false, "off": false, "f": false, "n": false,
    ]
  }

  static var boolean: Self {
    Self(rule: "true or false", parse: { Self.words[$0.lowercased()] }, text: { "\($0)" })
  }
}

extension SettingType where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> Self {
    Self(
      rule: "an integer between \(range.lowerBound) and \(range.upperBound)",
      parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } },
      text: { "\($0)" }
    )
  }
}

extension SettingType where Value == Duration {
  /// A number of seconds, with a fraction if need be; at most ten years, which is as good as ever.
  static func seconds(_ range: PartialRangeFrom<Double> = 0...) -> Self {
    let limit = 10.0 * 365 * 86_400
    return Self(
      rule: "a number of seconds between \(decimal(range.lowerBound)) and \(decimal(limit))",
      parse: { text in
        guard let seconds = Double(text), (range.lowerBound...limit).contains(seconds) else {
          return nil
        }
        return .seconds(seconds)
      },
      text: { decimal($0 / .seconds(1)) }
    )
  }
}

extension SettingType where Value == Duration? {
  /// As ``seconds(_:)``; 0 is none.
  static var secondsOrNone: Self {
    let seconds = SettingType<Duration>.seconds()
    return Self(
      rule: seconds.rule,
      parse: { seconds.parse($0).map { $0 == .zero ? nil : $0 } },
      text: { $0.flatMap(seconds.text) ?? "0" }
    )
  }
}

extension SettingType where Value == Logger.Level {
  /// The names of swift-log in any case, and those other servers have for the same.
  static var logLevel: Self {
    Self(
      rule: "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))",
      parse: { text in
        let name = text.lowercased()
        return name == "warn" ? .warning : Logger.Level(rawValue: name)
      },
      text: { $0.rawValue }
    )
  }
}

/// Without a fraction where it is zero.
private func decimal(_ number: Double) -> String {
  number == number.rounded() ? "\(Int64(number))" : "\(number)"
}
