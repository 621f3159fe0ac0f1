/// Who makes a call: what sessions, transactions and results belong to.
package struct Principal: Hashable, Sendable {
  /// Everybody, where the server asks nobody who they are.
  package static let anonymous = Principal(name: "anonymous", role: .admin)

  package let name: String
  package let role: Role

  package init(name: String, role: Role) {
    self.name = name
    self.role = role
  }

  package static func == (one: Self, other: Self) -> Bool {
    one.role == other.role && ExactName(one.name) == ExactName(other.name)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ExactName(self.name))
    hasher.combine(self.role)
  }
}
