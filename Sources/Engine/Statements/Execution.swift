internal import ArrowIPC

/// How far a text was run.
enum Execution: Sendable {
  case query(CompiledStatement, Schema)
  case completed(Completion)
}
