/// The database that a `CHECKPOINT` names.
enum CheckpointTarget: Hashable {
  case current
  case named(String)

  /// `nil` where the text isn't that of a `CHECKPOINT`.
  init?(_ sql: String) {
    guard sql.asciiLowercased.contains("checkpoint"), let tokens = try? SQLTokens(sql),
      tokens.statements.count == 1, var rest = tokens.statements.first?[...]
    else { return nil }
    if let first = rest.first, first.kind == .word, tokens.name(first) == "force" {
      rest = rest.dropFirst()
    }
    guard let verb = rest.popFirst(), verb.kind == .word, tokens.name(verb) == "checkpoint" else {
      return nil
    }
    guard let name = rest.first else {
      self = .current
      return
    }
    guard rest.count == 1, [.word, .quotedName].contains(name.kind) else { return nil }
    self = .named(tokens.name(name))
  }
}
