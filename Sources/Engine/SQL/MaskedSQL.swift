/// A text of SQL without its literals, for logs: `SELECT a FROM t WHERE b = ?`.
package struct MaskedSQL: Sendable {
  /// The text with a question mark for each string and number, and without comments; where it can't
  /// be read any further, a question mark stands for the rest.
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
    self.text = Self.masked(sql)
    let lowercased = sql.lowercased()
    self.mayHoldSecrets = Self.secretWords.contains { lowercased.contains($0) }
  }
}

extension MaskedSQL {
  private static let mask = UInt8(ascii: "?")
  private static let space = UInt8(ascii: " ")

  private static func masked(_ sql: String) -> String {
    var reader = SQLTokenReader(Array(sql.utf8))
    var masked: [UInt8] = []
    masked.reserveCapacity(reader.bytes.count)
    var previous: SQLToken?
    var end = 0
    do throws(LockdownError) {
      while let token = try reader.next() {
        masked += Self.gap(reader.bytes[end..<token.range.lowerBound], before: token)
        switch token.kind {
        case .string:
          masked.append(Self.mask)
        case .number where !Self.isParameter(token, after: previous, in: reader.bytes):
          masked.append(Self.mask)
        case .word, .quotedName, .symbol, .number:
          masked += reader.bytes[token.range]
        }
        previous = token
        end = token.range.upperBound
      }
      masked += Self.gap(reader.bytes[end...], before: nil)
    } catch {
      if !masked.isEmpty { masked.append(Self.space) }
      masked.append(Self.mask)
    }
    return String(decoding: masked, as: UTF8.self)
  }

  /// What is between two tokens, which isn't shown as it is if there is a comment in it.
  private static func gap(_ bytes: ArraySlice<UInt8>, before token: SQLToken?) -> [UInt8] {
    var bytes = bytes
    // The letter before a string of its kind: `E'…'`, `X'…'`.
    if token?.kind == .string, let letter = bytes.last, Self.isLetter(letter) { bytes.removeLast() }
    guard bytes.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") }) else {
      return Array(bytes)
    }
    return [bytes.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : Self.space]
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// Whether a number is the name of a parameter, as in `$1`.
  private static func isParameter(
    _ token: SQLToken,
    after previous: SQLToken?,
    in bytes: [UInt8]
  ) -> Bool {
    guard let previous, previous.kind == .symbol else { return false }
    return previous.range.upperBound == token.range.lowerBound
      && bytes[previous.range.lowerBound] == UInt8(ascii: "$")
  }
}
