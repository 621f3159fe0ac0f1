internal import Synchronization

/// A prepared statement as a client holds it.
final class PreparedHandle: Sendable {
  /// What compiling the text gave.
  struct Compilation {
    var description: StatementDescription
    /// Where the text is one statement; several are compiled as they run.
    var compiled: CompiledStatement?
    /// The state of all definitions before it was compiled.
    var definitionVersion: Int
  }

  private struct State {
    var compilation: Compilation
    var rows: ParameterRows?
    var lastUse = ContinuousClock.now
  }

  let sql: String
  private let state: Mutex<State>

  init(sql: String, _ compilation: Compilation) {
    self.sql = sql
    self.state = Mutex(State(compilation: compilation))
  }

  var compilation: Compilation { self.state.withLock { $0.compilation } }

  /// The values that were bound last.
  var rows: ParameterRows? { self.state.withLock { $0.rows } }

  var lastUse: ContinuousClock.Instant { self.state.withLock { $0.lastUse } }

  func noteUse() {
    self.state.withLock { $0.lastUse = .now }
  }

  func replace(by compilation: Compilation) {
    self.state.withLock { $0.compilation = compilation }
  }

  func bind(_ rows: ParameterRows) {
    self.state.withLock { $0.rows = rows }
  }
}
