internal import Foundation
internal import Logging

/// One record of the log on its way to become a line.
///
/// Whatever it is given, it is one line: control characters are escaped, so that no text of a
/// client's can look like a record of its own.
struct LogLine {
  private(set) var bytes: [UInt8] = []
  private let format: LogFormat

  init(_ format: LogFormat, level: Logger.Level, component: String, message: String) {
    self.format = format
    self.bytes.reserveCapacity(384)
    switch format {
    case .text:
      self.bytes.append(contentsOf: LogTime.now.utf8)
      self.bytes.append(UInt8(ascii: " "))
      self.bytes.append(contentsOf: level.rawValue.utf8)
      self.bytes.append(UInt8(ascii: " "))
      self.bytes.append(contentsOf: component.utf8)
      self.bytes.append(contentsOf: ": ".utf8)
      self.appendEscaped(message, escapesQuotes: false)
    case .json:
      self.bytes.append(contentsOf: "{\"time\":\"".utf8)
      self.bytes.append(contentsOf: LogTime.now.utf8)
      self.bytes.append(UInt8(ascii: "\""))
      self.add("level", level.rawValue)
      self.add("component", component)
      self.add("message", message)
    }
  }

  mutating func add(_ name: String, _ value: String) {
    self.addName(name)
    switch self.format {
    case .text where Self.isPlain(value): self.bytes.append(contentsOf: value.utf8)
    case .text, .json:
      self.bytes.append(UInt8(ascii: "\""))
      self.appendEscaped(value, escapesQuotes: true)
      self.bytes.append(UInt8(ascii: "\""))
    }
  }

  mutating func add(_ name: String, _ value: some BinaryInteger) {
    self.addName(name)
    self.bytes.append(contentsOf: String(value).utf8)
  }

  /// Milliseconds with three digits behind the point.
  mutating func add(_ name: String, milliseconds duration: Duration) {
    self.addName(name)
    let (seconds, attoseconds) = max(duration, .zero).components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let rest = String(microseconds % 1_000)
    self.bytes.append(contentsOf: String(microseconds / 1_000).utf8)
    self.bytes.append(UInt8(ascii: "."))
    self.bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 3 - rest.utf8.count))
    self.bytes.append(contentsOf: rest.utf8)
  }

  /// The whole line.
  consuming func finished() -> [UInt8] {
    if case .json = self.format { self.bytes.append(UInt8(ascii: "}")) }
    self.bytes.append(UInt8(ascii: "\n"))
    return self.bytes
  }

  private mutating func addName(_ name: String) {
    switch self.format {
    case .text:
      self.bytes.append(UInt8(ascii: " "))
      self.appendEscaped(name, escapesQuotes: true)
      self.bytes.append(UInt8(ascii: "="))
    case .json:
      self.bytes.append(contentsOf: ",\"".utf8)
      self.appendEscaped(name, escapesQuotes: true)
      self.bytes.append(contentsOf: "\":".utf8)
    }
  }

  private static func isPlain(_ value: String) -> Bool {
    !value.isEmpty
      && value.utf8.allSatisfy { byte in
        byte > UInt8(ascii: " ") && byte < 0x7f && byte != UInt8(ascii: "\"")
          && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\\")
      }
  }

  private mutating func appendEscaped(_ text: String, escapesQuotes: Bool) {
    guard !Self.isPlain(text) else { return self.bytes.append(contentsOf: text.utf8) }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a: self.bytes.append(contentsOf: "\\n".utf8)
      case 0x0d: self.bytes.append(contentsOf: "\\r".utf8)
      case 0x09: self.bytes.append(contentsOf: "\\t".utf8)
      // What ends lines or steers a terminal; also the marks that turn the direction of text.
      case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069:
        let digits = String(scalar.value, radix: 16)
        self.bytes.append(contentsOf: "\\u".utf8)
        self.bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.count))
        self.bytes.append(contentsOf: digits.utf8)
      case 0x22 where escapesQuotes, 0x5c:
        self.bytes.append(UInt8(ascii: "\\"))
        self.bytes.append(UInt8(scalar.value))
      default: self.bytes.append(contentsOf: UTF8.encode(scalar)!)  // Every scalar has UTF-8.
      }
    }
  }
}
