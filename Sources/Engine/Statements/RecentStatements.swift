internal import ArrowIPC

/// The texts that a session has announced or prepared lately, so that one that comes again and again isn't
/// compiled each time.
struct RecentStatements {
  /// What the meaning of a text depends on, besides the text.
  struct Context: Hashable {
    var definitionVersion: Int
    var settingCount: Int
  }

  enum Knowledge {
    /// It has come once: should it come again, it is worth a closer look.
    case seen
    /// It has to be compiled anew each time.
    case fleeting
    /// What it was compiled to is as good as if it were compiled now.
    case lasting(CompiledStatement, Schema)

    var isSeen: Bool { if case .seen = self { true } else { false } }
  }

  private struct Entry {
    var knowledge: Knowledge
    var lastUse: UInt64
  }

  /// Longer texts are those of programs that write them for the occasion.
  static let textByteLimit = 4_096

  /// Each may hold a plan.
  private static let limit = 8

  private var context: Context?
  private var entries: [String: Entry] = [:]
  private var useCount: UInt64 = 0

  /// What is known of a text that has come now.
  mutating func knowledge(of sql: String, in context: Context) -> Knowledge? {
    guard self.context == context, let index = self.entries.index(forKey: sql) else { return nil }
    self.useCount += 1
    self.entries.values[index].lastUse = self.useCount
    return self.entries.values[index].knowledge
  }

  /// Notes what has become known of a text, in the place of the one that wasn't used for longest.
  mutating func note(_ knowledge: Knowledge, of sql: String, in context: Context) {
    if self.context != context {
      self.entries.removeAll()
      self.context = context
    }
    if self.entries.count >= Self.limit, self.entries[sql] == nil,
      let oldest = self.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      self.entries[oldest.key] = nil
    }
    self.useCount += 1
    self.entries[sql] = Entry(knowledge: knowledge, lastUse: self.useCount)
  }

  /// Lets go of what was compiled on a connection.
  mutating func removeAll(of connection: SessionConnection) {
    self.entries = self.entries.filter { entry in
      guard case .lasting(let compiled, _) = entry.value.knowledge else { return true }
      return compiled.connection !== connection
    }
  }
}
