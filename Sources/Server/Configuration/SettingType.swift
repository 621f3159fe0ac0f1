internal import Engine

/// How a setting's value is written.
package struct SettingType<Value: Sendable>: Sendable {
  /// What a text must be, as in "PORT is not ...".
  let rule: String
  /// `nil` for a text that breaks the rule.
  let parse: @Sendable (String) -> Value?
  /// The text of a value; `nil` if there is none.
  let text: @Sendable (Value) -> String?
  /// What a value may be, where it is one of a few words.
  var words: [String] = []
}

extension SettingType where Value == String {
  static var text: Self {
    Self(rule: "a text", parse: { $0 }, text: { $0.isEmpty ? nil : $0 })
  }
}

extension SettingType where Value == String {
  /// A text without which something else would hold than whoever sets it means.
  static var nonEmptyText: Self {
    Self(rule: "a text that isn't empty", parse: { $0.isEmpty ? nil : $0 }, text: { $0 })
  }

  /// A name that SQL needs no quotes for.
  static var name: Self {
    Self(
      rule: "a name of letters, digits and _ that begins with a letter or _",
      parse: { $0.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil ? nil : $0 },
      text: { $0 }
    )
  }

  static func word(_ words: [String]) -> Self {
    Self(
      rule: "one of \(words.joined(separator: ", "))",
      parse: { words.contains($0) ? $0 : nil },
      text: { $0 },
      words: words
    )
  }
}

extension SettingType where Value == String? {
  /// A folder or URL; an empty text is none.
  static var dataPath: Self {
    Self(
      rule:
        "a folder or URL (az://, abfss://, s3://, https://) that ends in / and has no ', ; or ?",
      parse: { text in
        if text.isEmpty { return .some(nil) }
        // DuckDB takes what follows ? for no part of a file's name: its log would lie elsewhere.
        let isPath =
          text.hasSuffix("/") && !text.contains { "';?".contains($0) }
          && StorageConfiguration.isReachable(text)
        return isPath ? .some(text) : .none
      },
      text: { $0 }
    )
  }

  /// A catalog in a file; an empty text is none.
  static var catalogFile: Self {
    Self(
      rule: "a file or sqlite:FILE without ? (a catalog in PostgreSQL is named by --pg-host)",
      parse: { text in
        if text.isEmpty { return .some(nil) }
        // DuckLake names other kinds of catalogs so; DuckDB would make a file of that name.
        let kind = text.prefixMatch(of: /([a-z]{2,}):/)?.1
        return (kind ?? "sqlite") == "sqlite" && !text.contains("?") ? .some(text) : .none
      },
      text: { $0 }
    )
  }
}

extension SettingType where Value == String {
  static var secureURL: Self {
    Self(
      rule: "a URL that begins with https://",
      parse: { $0.wholeMatch(of: /https:\/\/[A-Za-z0-9.-]+(:[0-9]+)?[!-~]*/) == nil ? nil : $0 },
      text: { $0 }
    )
  }
}

extension SettingType where Value == String? {
  /// The name of a host, with or without a port; an empty text is none.
  static var optionalHost: Self {
    Self(
      rule: "HOST or HOST:PORT",
      parse: { text in
        if text.isEmpty { return .some(nil) }
        return text.wholeMatch(of: /[A-Za-z0-9.-]+(:[0-9]{1,5})?/) == nil ? .none : .some(text)
      },
      text: { $0 }
    )
  }

  /// Where to listen; an empty text leaves the choice to the server.
  static var listeningHost: Self {
    Self(
      rule: "an address or a host's name, without a port, or unix:PATH",
      parse: { text in
        text.wholeMatch(of: /unix:.+/) == nil ? self.host.parse(text) : .some(text)
      },
      text: { $0 }
    )
  }

  /// A host to listen on; an empty text leaves the choice to the server.
  static var host: Self {
    Self(
      rule: "an address or a host's name, without a port",
      parse: { text in
        if text.isEmpty { return .some(nil) }
        // IPv6 addresses have two colons or more, in brackets or not.
        let hasPort = text.contains("]:") || text.count { $0 == ":" } == 1
        let isHost = !hasPort && !text.contains { $0 == "/" || $0.isWhitespace }
        return isHost ? .some(text) : .none
      },
      text: { $0 }
    )
  }

  /// A text that may be missing; an empty one is none.
  static var optionalText: Self {
    Self(rule: "a text", parse: { .some($0.isEmpty ? nil : $0) }, text: { $0 })
  }

  /// A host or a name at one; an empty text is none.
  static var plainText: Self {
    Self(
      rule: "a text without blanks, quotes and ;",
      parse: { text in
        if text.isEmpty { return .some(nil) }
        return text.contains { $0.isWhitespace || "'\";".contains($0) } ? .none : .some(text)
      },
      text: { $0 }
    )
  }

  /// A storage account's name, as Azure has them; an empty text is none.
  static var azureAccount: Self {
    Self(
      rule: "a name of 3 to 24 lower-case letters and digits",
      parse: { text in
        if text.isEmpty { return .some(nil) }
        return text.wholeMatch(of: /[a-z0-9]{3,24}/) == nil ? .none : .some(text)
      },
      text: { $0 }
    )
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

extension SettingType where Value == Bool? {
  /// As ``boolean``; an empty text leaves the choice to the server.
  static var optionalBoolean: Self {
    let boolean = SettingType<Bool>.boolean
    return Self(
      rule: boolean.rule,
      parse: { $0.isEmpty ? .some(nil) : boolean.parse($0).map { .some($0) } },
      text: { $0.flatMap(boolean.text) }
    )
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

extension SettingType where Value == Duration {
  /// A number of minutes above zero, at most a day.
  static var minutes: Self {
    Self(
      rule: "a number of minutes above 0, at most 1440",
      parse: { text in
        guard let minutes = Double(text), minutes > 0, minutes <= 1_440 else { return nil }
        return .seconds(minutes * 60)
      },
      text: { decimal($0 / .seconds(60)) }
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

extension SettingType where Value == Int? {
  /// A count; 0 is no limit.
  static var countOrNone: Self { self.countOrNone(upTo: Int(Int32.max)) }

  /// A count; 0 leaves the choice to the server.
  static func countOrNone(upTo limit: Int) -> Self {
    let integer = SettingType<Int>.integer(0...limit)
    return Self(
      rule: integer.rule,
      parse: { integer.parse($0).map { $0 == 0 ? nil : $0 } },
      text: { "\($0 ?? 0)" }
    )
  }

  /// A size; 0 is no limit.
  static var byteCountOrNone: Self {
    let byteCount = SettingType<Int>.byteCount(0...Int.max)
    return Self(
      rule: byteCount.rule,
      parse: { byteCount.parse($0).map { $0 == 0 ? nil : $0 } },
      text: { $0.flatMap(byteCount.text) ?? "0" }
    )
  }
}

extension SettingType where Value == Int {
  /// A number of bytes, with or without a unit.
  static func byteCount(_ range: ClosedRange<Int>) -> Self {
    Self(
      rule: "a size such as 64MiB or 2GB"
        + (range.lowerBound > 0 ? ", at least \(ByteCount(range.lowerBound).text)" : "")
        + (range.upperBound < .max ? ", at most \(ByteCount(range.upperBound).text)" : ""),
      parse: { ByteCount(text: $0).flatMap { range.contains($0.value) ? $0.value : nil } },
      text: { ByteCount($0).text }
    )
  }
}

extension SettingType where Value: RawRepresentable<String> & CaseIterable {
  /// One of a few words, in any case.
  static var choice: Self {
    let words = Value.allCases.map(\.rawValue)
    return Self(
      rule: "one of \(words.joined(separator: ", "))",
      parse: { Value(rawValue: $0.lowercased()) },
      text: { $0.rawValue },
      words: words
    )
  }
}

extension SettingType {
  /// One of a few words, in any case; an empty text is none.
  static func optionalChoice<Choice: RawRepresentable<String> & CaseIterable & Sendable>() -> Self
  where Value == Choice? {
    let words = Choice.allCases.map(\.rawValue)
    return Self(
      rule: "one of \(words.joined(separator: ", "))",
      parse: { $0.isEmpty ? .some(nil) : Choice(rawValue: $0.lowercased()).map { .some($0) } },
      text: { $0?.rawValue },
      words: words
    )
  }
}

extension SettingType where Value == LogLevels {
  static var logLevels: Self {
    Self(rule: LogLevels.rule, parse: { LogLevels(text: $0) }, text: { $0.text })
  }
}

/// Without a fraction where it is zero.
private func decimal(_ number: Double) -> String {
  number == number.rounded() ? "\(Int64(number))" : "\(number)"
}
