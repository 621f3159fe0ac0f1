/// A statement or name that a locked-down server refuses.
package struct LockdownError: Error, Hashable, Sendable {
  /// What was refused, as the subject of a sentence.
  var subject: String
  /// Why, and what to do instead.
  var reason: String

  package var message: String {
    "\(self.subject) is not allowed: the server is locked down (\(self.reason))."
  }
}

extension LockdownError {
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
