/// Reads one token after the other, by the rules of DuckDB's lexer.
struct SQLTokenReader {
  let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() throws(LockdownError) -> SQLToken? {
    self.skipBlanks()
    guard let byte = self.peek(0) else { return nil }
    let start = self.position
    switch byte {
    case UInt8(ascii: "'"):
      return try self.readString(hasEscapes: false)
    case UInt8(ascii: "\""):
      try self.skipQuoted(byte, hasEscapes: false)
      return SQLToken(kind: .quotedName, range: start..<self.position)
    case UInt8(ascii: "$"):
      if try self.skipDollarQuoted() {
        return SQLToken(kind: .string, range: start..<self.position)
      }
    case _ where Self.isDigit(byte),
      UInt8(ascii: ".") where self.peek(1).map(Self.isDigit) ?? false:
      return try self.readNumber()
    case _ where Self.startsWord(byte):
      self.skipWord()
      if self.peek(0) == UInt8(ascii: "'"), self.position == start + 1 {
        switch byte | 0x20 {
        case UInt8(ascii: "e"): return try self.readString(hasEscapes: true)
        case UInt8(ascii: "n"), UInt8(ascii: "b"), UInt8(ascii: "x"):
          return try self.readString(hasEscapes: false)
        default: break
        }
      }
      return SQLToken(kind: .word, range: start..<self.position)
    default:
      break
    }
    self.position += 1
    return SQLToken(kind: .symbol, range: start..<self.position)
  }

  private func peek(_ distance: Int) -> UInt8? {
    let index = self.position + distance
    return index < self.bytes.count ? self.bytes[index] : nil
  }
}

// MARK: - Words and numbers

extension SQLTokenReader {
  private mutating func skipWord() {
    while let byte = self.peek(0), self.blankLength == 0,
      Self.startsWord(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "$")
    {
      self.position += 1
    }
  }

  private mutating func readNumber() throws(LockdownError) -> SQLToken {
    let start = self.position
    if self.peek(0) == UInt8(ascii: "0"), (self.peek(1) ?? 0) | 0x20 == UInt8(ascii: "x") {
      self.position += 2
      while let byte = self.peek(0), Self.isHexDigit(byte) || byte == UInt8(ascii: "_") {
        self.position += 1
      }
    } else {
      self.skipDigits()
      if self.peek(0) == UInt8(ascii: "."), self.peek(1) != UInt8(ascii: ".") {
        self.position += 1
        self.skipDigits()
      }
      self.skipExponent()
    }
    let end = self.position
    // `1E'…'`: whether the letter is the number's or the string's decides what a backslash means.
    var reader = self
    reader.skipWord()
    guard
      reader.position == end
        || (reader.peek(0) != UInt8(ascii: "'")
          && !self.bytes[end..<reader.position].contains(UInt8(ascii: "$")))
    else { throw .unreadable("a number runs into what follows it") }
    return SQLToken(kind: .number, range: start..<end)
  }

  private mutating func skipDigits() {
    while let byte = self.peek(0), Self.isDigit(byte) || byte == UInt8(ascii: "_") {
      self.position += 1
    }
  }

  private mutating func skipExponent() {
    guard (self.peek(0) ?? 0) | 0x20 == UInt8(ascii: "e") else { return }
    let hasSign = [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(self.peek(1))
    guard let digit = self.peek(hasSign ? 2 : 1), Self.isDigit(digit) else { return }
    self.position += hasSign ? 2 : 1
    self.skipDigits()
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    Self.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }

  private static func startsWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }
}

// MARK: - Strings

extension SQLTokenReader {
  /// A string, with those that continue it on further lines.
  private mutating func readString(hasEscapes: Bool) throws(LockdownError) -> SQLToken {
    let start = self.position
    try self.skipQuoted(UInt8(ascii: "'"), hasEscapes: hasEscapes)
    while true {
      var reader = self
      let end = reader.position
      reader.skipBlanks()
      // A newline in between makes it one string, in which backslashes mean what they did before.
      // That a comment may stand between, too, is not worth telling apart: it is taken as one.
      guard reader.peek(0) == UInt8(ascii: "'"),
        self.bytes[end..<reader.position].contains(where: Self.isNewline)
      else { break }
      try reader.skipQuoted(UInt8(ascii: "'"), hasEscapes: hasEscapes)
      guard !hasEscapes else { throw .unreadable("a string with escapes goes on in another line") }
      self = reader
    }
    return SQLToken(kind: .string, range: start..<self.position, hasEscapes: hasEscapes)
  }

  /// A doubled quote inside ends and reopens the string, which comes to the same.
  private mutating func skipQuoted(_ quote: UInt8, hasEscapes: Bool) throws(LockdownError) {
    let start = self.position
    self.position += 1
    while let byte = self.peek(0) {
      self.position += hasEscapes && byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == quote {
        guard self.peek(0) == quote else { return }
        self.position += 1
      }
    }
    let kind = quote == UInt8(ascii: "'") ? "string" : "identifier"
    throw .syntax("unterminated quoted \(kind)", in: self.bytes, at: start)
  }

  /// `$$…$$` and `$tag$…$tag$`.
  ///
  /// - Returns: `false` for a `$` that opens neither, as in `$1`, which stays where it is.
  private mutating func skipDollarQuoted() throws(LockdownError) -> Bool {
    var end = self.position + 1
    while end < self.bytes.count, Self.startsWord(self.bytes[end]) || Self.isDigit(self.bytes[end])
    {
      end += 1
    }
    guard end < self.bytes.count, self.bytes[end] == UInt8(ascii: "$"),
      end == self.position + 1 || !Self.isDigit(self.bytes[self.position + 1])
    else { return false }
    let tag = self.bytes[self.position...end]
    // DuckDB replaces blanks beyond ASCII before it looks for tags.
    guard tag.allSatisfy({ $0 < 0x80 }) else {
      throw .unreadable("a dollar quote's tag isn't ASCII")
    }
    var start = end + 1
    while start + tag.count <= self.bytes.count {
      if self.bytes[start] == UInt8(ascii: "$"), self.bytes[start...].starts(with: tag) {
        self.position = start + tag.count
        return true
      }
      start += 1
    }
    throw .syntax(
      "unterminated dollar-quoted string",
      in: self.bytes,
      at: self.position
    )
  }

  /// What is between quotes, of a string of several lines all of it.
  static func unquoted(_ text: ArraySlice<UInt8>, hasEscapes: Bool) -> [UInt8] {
    guard let quote = text.first else { return [] }
    var value: [UInt8] = []
    var reader = SQLTokenReader(Array(text))
    while reader.peek(0) == quote {
      reader.position += 1
      while let byte = reader.peek(0) {
        reader.position += 1
        if byte == quote {
          guard reader.peek(0) == quote else { break }
          reader.position += 1
          value.append(quote)
        } else if hasEscapes, byte == UInt8(ascii: "\\") {
          value += reader.readEscape()
        } else {
          value.append(byte)
        }
      }
      reader.skipBlanks()
    }
    return value
  }

  /// What follows a backslash.
  private mutating func readEscape() -> [UInt8] {
    guard let byte = self.peek(0) else { return [] }
    self.position += 1
    switch byte {
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "x"): return [self.readCode(radix: 16, digitCount: 2) ?? byte]
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      self.position -= 1
      return [self.readCode(radix: 8, digitCount: 3) ?? byte]
    default: return [byte]
    }
  }

  private mutating func readCode(radix: Int, digitCount: Int) -> UInt8? {
    var code: Int?
    for _ in 0..<digitCount {
      guard let byte = self.peek(0),
        let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix
      else { break }
      code = (code ?? 0) * radix + digit
      self.position += 1
    }
    return code.map { UInt8(truncatingIfNeeded: $0) }
  }
}

// MARK: - Blanks

extension SQLTokenReader {
  private mutating func skipBlanks() {
    while let byte = self.peek(0) {
      if self.blankLength > 0 {
        self.position += self.blankLength
      } else if byte == UInt8(ascii: "-"), self.peek(1) == UInt8(ascii: "-") {
        while let byte = self.peek(0), !Self.isNewline(byte) { self.position += 1 }
      } else if byte == UInt8(ascii: "/"), self.peek(1) == UInt8(ascii: "*") {
        self.skipBlockComment()
      } else {
        return
      }
    }
  }

  /// Comments nest.
  private mutating func skipBlockComment() {
    var depth = 0
    while let byte = self.peek(0) {
      if byte == UInt8(ascii: "/"), self.peek(1) == UInt8(ascii: "*") {
        depth += 1
        self.position += 2
      } else if byte == UInt8(ascii: "*"), self.peek(1) == UInt8(ascii: "/") {
        depth -= 1
        self.position += 2
        if depth == 0 { return }
      } else {
        self.position += 1
      }
    }
  }

  private static func isNewline(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

  /// How many bytes the blank at the position has; 0 if there is none.
  ///
  /// DuckDB takes some of Unicode's blanks for spaces. More than those count here: a name that is
  /// cut at a character that DuckDB keeps in it hides nothing.
  private var blankLength: Int {
    guard let byte = self.peek(0) else { return 0 }
    switch (byte, self.peek(1), self.peek(2)) {
    case (0x20, _, _), (0x09...0x0d, _, _): return 1
    case (0xc2, 0x85, _), (0xc2, 0xa0, _): return 2
    // U+1680, U+180E, U+2000…U+207F, U+3000, U+FEFF
    case (0xe1, 0x9a, 0x80), (0xe1, 0xa0, 0x8e), (0xe2, 0x80, _), (0xe2, 0x81, _),
      (0xe3, 0x80, 0x80), (0xef, 0xbb, 0xbf):
      return 3
    default: return 0
    }
  }
}
