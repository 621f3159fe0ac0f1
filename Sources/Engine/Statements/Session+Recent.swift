internal import ArrowIPC
internal import DuckDB
internal import Synchronization

// What the session knows of texts that it has announced or prepared before.

extension Session {
  /// What the meaning of a text depends on; `nil` for texts of which nothing is kept: in a
  /// transaction or beside temporary objects others may be meant by the same names.
  func recentContext(for sql: String) -> RecentStatements.Context? {
    guard sql.utf8.count <= RecentStatements.textByteLimit,
      let settings = self.shared.portableSettings
    else { return nil }
    return RecentStatements.Context(
      definitionVersion: self.resources.definitions.current,
      settingCount: settings.count
    )
  }

  func recentKnowledge(
    of sql: String,
    in context: RecentStatements.Context
  ) -> RecentStatements.Knowledge? {
    self.state.withLock { state in
      state.lastUse = .now
      return state.recent.knowledge(of: sql, in: context)
    }
  }

  /// Notes what compiling a query has shown.
  ///
  /// - Parameters:
  ///   - schema: The columns of its result.
  ///   - known: What was known before.
  ///   - context: The one before it was compiled.
  func noteRecent(
    _ compiled: CompiledStatement,
    _ schema: Schema,
    after known: RecentStatements.Knowledge?,
    in context: RecentStatements.Context
  ) {
    // A transaction may have begun meanwhile.
    guard compiled.transaction == nil, compiled.type.readsOnly else { return }
    let knowledge: RecentStatements.Knowledge =
      switch known {
      case nil: .seen
      case _ where compiled.isLasting: .lasting(compiled, schema)
      default: .fleeting
      }
    self.state.withLock { state in
      // A session that was closed meanwhile keeps nothing.
      guard !state.isClosed, state.index(of: ObjectIdentifier(compiled.connection)) != nil
      else { return }
      state.recent.note(knowledge, of: compiled.sql, in: context)
    }
  }
}
