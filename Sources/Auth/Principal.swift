/// Who makes a call: what sessions, transactions and results belong to.
package struct Principal: Hashable, Sendable {
  /// Everybody, where the server asks nobody who they are.
  package static let anonymous = Principal(name: "anonymous", role: .admin)

  package var name: String
  package var role: Role

  package init(name: String, role: Role) {
    self.name = name
    self.role = role
  }
}
