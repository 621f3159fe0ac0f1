/// Splits SQL text into statements and words, as far as sessions need to know about it.
///
/// It doesn't parse: DuckDB does. It only tells words from what merely looks like them, inside
/// strings, quoted identifiers and comments.
struct SQLScanner {
  /// One statement of a text.
  struct Statement {
    /// The statement without the semicolon.
    var text: String
    /// The unquoted words, in upper case.
    var words: [String]

    func contains(_ word: String) -> Bool { self.words.contains(word) }
  }

  let bytes: [UInt8]
  var position = 0

  init(_ sql: String) {
    self.bytes = Array(sql.utf8)
  }

  /// The statements of `sql` that have any word at all.
  static func statements(in sql: String) -> [Statement] {
    var scanner = SQLScanner(sql)
    var statements: [Statement] = []
    while let statement = scanner.nextStatement() {
      if !statement.words.isEmpty { statements.append(statement) }
    }
    return statements
  }

  private mutating func nextStatement() -> Statement? {
    guard self.position < self.bytes.count else { return nil }
    let start = self.position
    var words: [String] = []
    while self.position < self.bytes.count {
      let byte = self.bytes[self.position]
      switch byte {
      case UInt8(ascii: ";"):
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        self.position += 1
        return Statement(text: text, words: words)
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        self.skipQuoted(byte)
      case UInt8(ascii: "-") where self.peek(1) == UInt8(ascii: "-"):
        self.skip { $0 != UInt8(ascii: "\n") }
      case UInt8(ascii: "/") where self.peek(1) == UInt8(ascii: "*"):
        self.skipBlockComment()
      case UInt8(ascii: "$"):
        self.skipDollarQuoted()
      case _ where Self.isWordByte(byte):
        words.append(self.readWord())
      default:
        self.position += 1
      }
    }
    return Statement(
      text: String(decoding: self.bytes[start...], as: UTF8.self),
      words: words
    )
  }

  func peek(_ distance: Int) -> UInt8? {
    let index = self.position + distance
    return index < self.bytes.count ? self.bytes[index] : nil
  }

  mutating func skip(while condition: (UInt8) -> Bool) {
    while self.position < self.bytes.count, condition(self.bytes[self.position]) {
      self.position += 1
    }
  }

  private mutating func readWord() -> String {
    let start = self.position
    self.skip(while: Self.isWordByte)
    let word = self.bytes[start..<self.position]
    // E'…' knows backslash escapes, unlike any other string.
    if word.count == 1, word.first == UInt8(ascii: "e") || word.first == UInt8(ascii: "E"),
      self.peek(0) == UInt8(ascii: "'")
    {
      self.skipQuoted(UInt8(ascii: "'"), hasEscapes: true)
    }
    return String(decoding: word, as: UTF8.self).uppercased()
  }

  /// A doubled quote inside ends and reopens the string, which comes to the same.
  mutating func skipQuoted(_ quote: UInt8, hasEscapes: Bool = false) {
    self.position += 1
    while let byte = self.peek(0) {
      self.position += hasEscapes && byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == quote { return }
    }
    self.position = self.bytes.count
  }

  mutating func skipBlockComment() {
    var depth = 0
    while self.position < self.bytes.count {
      if self.peek(0) == UInt8(ascii: "/"), self.peek(1) == UInt8(ascii: "*") {
        depth += 1
        self.position += 2
      } else if self.peek(0) == UInt8(ascii: "*"), self.peek(1) == UInt8(ascii: "/") {
        depth -= 1
        self.position += 2
        if depth == 0 { return }
      } else {
        self.position += 1
      }
    }
  }

  /// `$$…$$` and `$tag$…$tag$`; a `$` that opens neither, as in `$1`, is passed over.
  mutating func skipDollarQuoted() {
    var end = self.position + 1
    while end < self.bytes.count, Self.isWordByte(self.bytes[end]) { end += 1 }
    let opensTag = end < self.bytes.count && self.bytes[end] == UInt8(ascii: "$")
    let tag = self.bytes[self.position..<min(end + 1, self.bytes.count)]
    guard opensTag, self.peek(1).map({ !Self.isDigit($0) }) ?? false else {
      self.position += 1
      return
    }
    self.position = end + 1
    while self.position < self.bytes.count {
      if self.bytes[self.position...].starts(with: tag) {
        self.position += tag.count
        return
      }
      self.position += 1
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xff:
      true
    default:
      false
    }
  }
}

extension SQLScanner.Statement {
  /// A guess from the first word, for statements that DuckDB can't compile yet.
  var isLikelyQuery: Bool {
    switch self.words.first {
    case "SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "SHOW", "DESCRIBE",
      "SUMMARIZE", "EXPLAIN", "CALL":
      true
    default:
      self.contains("RETURNING")
    }
  }
}
