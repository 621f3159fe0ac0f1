/// A text of SQL without its literals, for logs: `SELECT a FROM t WHERE b = ?`.
package struct MaskedSQL: Sendable {
  /// The text with a question mark for each string and number, and without comments.
  package let text: String
  /// Whether the literals are likely to be secrets, or hold them: what is logged in full otherwise
  /// isn't then.
  package let mayHoldSecrets: Bool

  /// Parts of names and options by which passwords, keys and tokens are given to DuckDB, and of
  /// the addresses that carry them.
  private static let secretWords = [
    "secret", "password", "passwd", "pwd", "token", "credential", "access_key", "account_key",
    "accountkey", "key_id", "private_key", "encryption_key", "connection_string", "signature",
    "sig=", "authorization", "bearer", "attach", "://",
  ]

  package init(_ sql: String) {
    self.text = SQLScanner.masked(sql)
    let lowercased = sql.lowercased()
    self.mayHoldSecrets = Self.secretWords.contains { lowercased.contains($0) }
  }
}

extension SQLScanner {
  private static let mask = UInt8(ascii: "?")

  fileprivate static func masked(_ sql: String) -> String {
    var scanner = SQLScanner(sql)
    var masked: [UInt8] = []
    masked.reserveCapacity(scanner.bytes.count)
    while let byte = scanner.peek(0) {
      scanner.maskNext(byte, into: &masked)
    }
    return String(decoding: masked, as: UTF8.self)
  }

  private mutating func maskNext(_ byte: UInt8, into masked: inout [UInt8]) {
    let start = self.position
    switch byte {
    case UInt8(ascii: "'"):
      self.skipQuoted(byte)
      // A doubled quote has ended a part of the string: the next one continues it.
      if masked.last != Self.mask || start == 0 || self.bytes[start - 1] != byte {
        masked.append(Self.mask)
      }
    case UInt8(ascii: "\""):
      self.skipQuoted(byte)
      masked += self.bytes[start..<self.position]
    case UInt8(ascii: "-") where self.peek(1) == UInt8(ascii: "-"):
      self.skip { $0 != UInt8(ascii: "\n") }
    case UInt8(ascii: "/") where self.peek(1) == UInt8(ascii: "*"):
      self.skipBlockComment()
      masked.append(UInt8(ascii: " "))
    case UInt8(ascii: "$"):
      self.skipDollarQuoted()
      if self.position > start + 1 {
        masked.append(Self.mask)
      } else {
        // `$1` is a parameter, which stays.
        self.skip(while: Self.isWordByte)
        masked += self.bytes[start..<self.position]
      }
    case _ where Self.isDigit(byte):
      self.skipNumber()
      masked.append(Self.mask)
    case _ where Self.isWordByte(byte):
      self.maskWord(into: &masked)
    default:
      self.position += 1
      masked.append(byte)
    }
  }

  /// A name, or the letter before a string of its kind: `E'…'`, `X'…'`.
  private mutating func maskWord(into masked: inout [UInt8]) {
    let start = self.position
    self.skip(while: Self.isWordByte)
    let word = self.bytes[start..<self.position]
    guard word.count == 1, self.peek(0) == UInt8(ascii: "'") else {
      masked += word
      return
    }
    let isE = word.first == UInt8(ascii: "e") || word.first == UInt8(ascii: "E")
    self.skipQuoted(UInt8(ascii: "'"), hasEscapes: isE)
    masked.append(Self.mask)
  }

  /// `1`, `1_000`, `0xff`, `1.5e-3`.
  private mutating func skipNumber() {
    var previous: UInt8 = 0
    while let byte = self.peek(0) {
      let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      let followsExponent = previous == UInt8(ascii: "e") || previous == UInt8(ascii: "E")
      guard Self.isWordByte(byte) || byte == UInt8(ascii: ".") || isSign && followsExponent
      else { return }
      previous = byte
      self.position += 1
    }
  }
}
