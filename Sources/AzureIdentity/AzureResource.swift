/// What a token is for.
package struct AzureResource: Hashable, Sendable {
  /// What people call it.
  package let name: String
  /// Its identifier, a URL without `/` at the end.
  package let identifier: String

  package init(name: String, identifier: String) {
    self.name = name
    self.identifier = identifier.hasSuffix("/") ? String(identifier.dropLast()) : identifier
  }

  /// What a token for all that the identity may do there is asked for with.
  var scope: String { self.identifier + "/.default" }
}
