/// A statement or name that a locked-down server refuses.
package struct LockdownError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    case refused
    /// DuckDB would take it for no SQL at all.
    case syntax
  }

  package let code: Code
  package let message: String

  /// - Parameters:
  ///   - subject: What was refused, as the subject of a sentence.
  ///   - reason: Why, and what to do instead.
  init(subject: String, reason: String) {
    self.code = .refused
    self.message = "\(subject) is not allowed: the server is locked down (\(reason))."
  }

  private init(syntaxMessage: String) {
    self.code = .syntax
    self.message = syntaxMessage
  }
}

extension LockdownError {
  /// How much of a line is shown on each side of a mistake, in bytes.
  private static let shownByteCount = 40

  /// A mistake in a text, told and shown as DuckDB does it.
  static func syntax(_ problem: String, in text: [UInt8], at offset: Int) -> Self {
    let isNewline = { (byte: UInt8) in byte == UInt8(ascii: "\n") }
    let lineNumber = 1 + text[..<offset].count(where: isNewline)
    let lineStart = text[..<offset].lastIndex(where: isNewline).map { $0 + 1 } ?? 0
    let lineEnd = text[offset...].firstIndex(where: isNewline) ?? text.endIndex
    let before = text[max(lineStart, offset - Self.shownByteCount)..<offset]
    let after = text[offset..<min(lineEnd, offset + Self.shownByteCount)]
    let shown = "LINE \(lineNumber): " + String(decoding: before, as: UTF8.self)
    let caret = String(repeating: " ", count: shown.count) + "^"
    return Self(
      syntaxMessage: "Parser Error: \(problem)\n\n"
        + shown + String(decoding: after, as: UTF8.self) + "\n\(caret)"
    )
  }

  static func unreadable(_ reason: String) -> Self {
    Self(subject: "SQL text that can be read in two ways", reason: reason)
  }

  static func statement(_ words: String) -> Self {
    Self(
      subject: words,
      reason: "only statements on the tables, views and macros of clients may run"
    )
  }

  static func function(_ name: String) -> Self {
    Self(
      subject: "The function \(name)",
      reason: "it reaches beyond the tables of clients, or isn't known not to"
    )
  }

  static func adminOnly(_ what: String) -> Self {
    Self(subject: what, reason: "it needs the role admin")
  }

  static let commitAuthor = Self(
    subject: "An author in set_commit_message that isn't one plain string or NULL",
    reason: "the author of a commit is who is logged in: write NULL"
  )

  static let commitMessageOutsideCall = Self(
    subject: "The function set_commit_message outside of CALL",
    reason: "write CALL lakehouse.set_commit_message(NULL, 'message')"
  )

  static func hiddenCatalog(_ name: String) -> Self {
    Self(subject: "The catalog \(name)", reason: "it holds what a lake knows of its tables")
  }

  static func relation(_ name: String) -> Self {
    Self(
      subject: "The view \(name)",
      reason: "its definition calls what clients may not"
    )
  }

  static func columnType(_ name: String) -> Self {
    Self(
      subject: "A column of the type \(name.uppercased())",
      reason: "the files of a lake have no such values: cast to another type"
    )
  }

  static let preparedTableQuery = Self(
    subject: "PREPARE of CREATE TABLE … AS",
    reason:
      "the types of its columns aren't known before it runs: have the client's driver prepare it"
  )

  static func setting(_ name: String) -> Self {
    Self(subject: "The setting \(name)", reason: "only settings of the session itself may be used")
  }

  static func settingForm(_ name: String) -> Self {
    Self(
      subject: "A computed value of the setting \(name)",
      reason: "write the value as one literal or name"
    )
  }

  static let computedSettingName = Self(
    subject: "A computed name of a setting",
    reason: "write it as one literal"
  )

  static func path(_ text: String) -> Self {
    Self(subject: "The path '\(text)'", reason: "a lake's files are read as tables of the lake")
  }
}
