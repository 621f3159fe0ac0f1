/// An input taken apart: a few small numbers that steer a test, then whatever it is about.
package struct FuzzedInput {
  private var bytes: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes[...]
  }

  package var isEmpty: Bool { self.bytes.isEmpty }

  /// Zero after the end.
  package mutating func byte() -> UInt8 {
    self.bytes.popFirst() ?? 0
  }

  /// A number from 0 up to, but not, `limit`.
  package mutating func number(below limit: Int) -> Int {
    (Int(self.byte()) << 8 | Int(self.byte())) % limit
  }

  /// As many bytes as there are, at most `count`.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    defer { self.bytes = self.bytes.dropFirst(count) }
    return Array(self.bytes.prefix(count))
  }

  package mutating func rest() -> [UInt8] {
    defer { self.bytes = [] }
    return Array(self.bytes)
  }

  /// What comes before the next zero byte, repaired where it isn't UTF-8.
  package mutating func text() -> String {
    let text = self.bytes.prefix { $0 != 0 }
    self.bytes = self.bytes.dropFirst(text.count + 1)
    return String(decoding: text, as: UTF8.self)
  }
}
