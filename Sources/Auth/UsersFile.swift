internal import Foundation

/// The users of a file, one `name:role:hash` on each line; empty lines and those that begin with
/// `#` say nothing.
///
/// A `-` in place of the hash is a user without a password, who shows a certificate.
package struct UsersFile: Hashable, Sendable {
  package struct User: Hashable, Sendable {
    package var role: Role
    package var hash: PasswordHash?
  }

  private var users: [ExactName: User] = [:]

  package subscript(name: String) -> User? { self.users[ExactName(name)] }

  /// - Parameter path: For messages; they never show what the line holds.
  package init(_ content: String, path: String) throws(AuthConfigurationError) {
    let lines = content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
      let place = "\(path), line \(index + 1)"
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, !parts[0].isEmpty else {
        throw AuthConfigurationError("\(place): not a name:role:hash")
      }
      guard let role = Role(rawValue: String(parts[1])) else {
        let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw AuthConfigurationError("\(place): the role is none of \(roles)")
      }
      let hash = PasswordHash(text: parts[2])
      guard hash != nil || parts[2] == "-" else {
        throw AuthConfigurationError(
          "\(place): not a hash that `lakehouse password` makes, nor - for none"
        )
      }
      guard self.users.updateValue(User(role: role, hash: hash), forKey: ExactName(parts[0])) == nil
      else { throw AuthConfigurationError("\(place): the name is there twice") }
    }
  }

  /// - Parameter reserved: The name of a user who is known from elsewhere.
  init(path: String, reserved: String?) throws(AuthConfigurationError) {
    guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AuthConfigurationError("cannot read the users file '\(path)'")
    }
    try self.init(content, path: path)
    if let reserved, self[reserved] != nil {
      throw AuthConfigurationError(
        "the users file and --username both have the user '\(reserved)'"
      )
    }
  }
}
