/// What was prepared on a connection by `PREPARE`, to be prepared again.
package struct StatementsPreparedBySQL {
  private struct Entry {
    /// `nil` where it can't be told.
    var name: String?
    var source: StatementSource
  }

  private var entries: [Entry] = []

  package var count: Int { self.entries.count }

  package init() {}

  package mutating func note(_ source: StatementSource) {
    let name = Self.name(in: source)
    self.entries.removeAll { name == nil ? $0.source == source : $0.name == name }
    self.entries.append(Entry(name: name, source: source))
  }

  /// Forgets what has been deallocated.
  ///
  /// - Parameter names: What DuckDB still knows.
  package mutating func keep(_ names: [String]) {
    let known = Set(names.map(\.asciiLowercased))
    self.entries.removeAll { entry in entry.name.map { !known.contains($0) } ?? known.isEmpty }
  }

  /// What `EXECUTE` may execute.
  ///
  /// - Parameter names: What DuckDB knows: others have been deallocated.
  package func sources(for execution: StatementSource, of names: [String]) -> [StatementSource] {
    let known = Set(names.map(\.asciiLowercased))
    let wanted = Self.name(in: execution)
    return self.entries
      .filter { entry in
        guard let name = entry.name else { return true }
        return known.contains(name) && (wanted ?? name) == name
      }
      .map(\.source)
  }

  /// The name that follows the first word of a statement.
  private static func name(in source: StatementSource) -> String? {
    guard let tokens = try? SQLTokens(source.text), tokens.statements.count == 1,
      let statement = tokens.statements.first, statement.count > 1,
      [.word, .quotedName].contains(statement[1].kind)
    else { return nil }
    return tokens.name(statement[1])
  }
}
