/// SQL that runs before the first session, and where it came from.
package struct InitialSQL: Sendable {
  /// What a user would look for to mend it, such as a flag or a file.
  package var source: String
  package var text: String

  package init(source: String, text: String) {
    self.source = source
    self.text = text
  }
}
