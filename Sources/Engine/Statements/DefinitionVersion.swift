internal import Synchronization

/// Counts what may change the meaning of a text: changes of tables and settings, by any session.
final class DefinitionVersion: Sendable {
  private let count = Atomic<Int>(0)

  var current: Int { self.count.load(ordering: .acquiring) }

  func noteChange() {
    self.count.add(1, ordering: .releasing)
  }
}
