/// A turn that somebody has taken; it is given back when this goes.
final class HeldTurn: Sendable {
  private let turns: TableTurns
  private let tables: Set<String>

  init(_ turns: TableTurns, of tables: Set<String>) {
    self.turns = turns
    self.tables = tables
  }

  deinit {
    self.turns.give(self.tables)
  }
}
