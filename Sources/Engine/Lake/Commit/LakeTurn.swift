/// What a statement that changes a lake waits for before it runs.
enum LakeTurn {
  /// For the turn of each of these tables.
  case of(Set<String>)
  /// Until rows may be added to the table.
  case toAdd(to: String)
}
