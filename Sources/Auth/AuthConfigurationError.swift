/// A setting or file of authentication that can't be used, with the reason.
package struct AuthConfigurationError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
