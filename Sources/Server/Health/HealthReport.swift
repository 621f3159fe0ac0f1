package import Foundation

/// What is known about a server and its components.
package struct HealthReport: Hashable, Sendable {
  package enum Phase: Hashable, Sendable {
    /// Clients can't connect yet.
    case starting
    case open
    /// New clients are turned away; running statements go on.
    case draining
  }

  package private(set) var phase = Phase.starting
  package private(set) var components: [HealthComponent] = []

  package init() {}

  /// Whether clients should come: they can, and everything they need works.
  package var isServing: Bool { self.phase == .open && self.components.allSatisfy(\.isServing) }

  /// Adds a component that is yet to be looked at.
  package mutating func expect(_ name: String, at now: Date) {
    self.components.append(HealthComponent(name: name, since: now))
  }

  /// Clients can connect from now on, unless the server is told to stop already.
  package mutating func open() {
    if self.phase == .starting { self.phase = .open }
  }

  package mutating func drain() { self.phase = .draining }

  /// Notes how a component was found.
  ///
  /// - Returns: Whether that is news, other than another reason for the same.
  package mutating func note(
    _ state: HealthComponent.State,
    of name: String,
    details: [String: String] = [:],
    at now: Date
  ) -> Bool {
    guard let index = self.components.firstIndex(where: { $0.name == name }) else { return false }
    let old = self.components[index]
    self.components[index].state = state
    self.components[index].details = details
    let isNews = old.state == .unknown || old.state.word != state.word
    if isNews { self.components[index].since = now }
    return isNews
  }
}
