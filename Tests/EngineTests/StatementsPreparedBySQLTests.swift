import Engine
import Testing

@Suite struct StatementsPreparedBySQLTests {
  private static func source(_ text: String) -> StatementSource { StatementSource(text: text) }

  @Test func `an execution finds what bears its name`() {
    var statements = StatementsPreparedBySQL()
    let first = Self.source("PREPARE a AS SELECT 1")
    let second = Self.source(#"PREPARE "B" AS SELECT 2"#)
    statements.note(first)
    statements.note(second)
    #expect(statements.sources(for: Self.source("EXECUTE A"), of: ["a", "b"]) == [first])
    #expect(statements.sources(for: Self.source("EXECUTE b"), of: ["a", "b"]) == [second])
    #expect(statements.sources(for: Self.source("EXECUTE b"), of: ["a"]).isEmpty)
  }

  @Test func `what is prepared again takes the place of what was`() {
    var statements = StatementsPreparedBySQL()
    statements.note(Self.source("PREPARE a AS SELECT 1"))
    statements.note(Self.source("PREPARE a AS SELECT 2"))
    #expect(statements.count == 1)
  }

  @Test func `what has been deallocated is forgotten`() {
    var statements = StatementsPreparedBySQL()
    for name in ["a", "b", "c"] { statements.note(Self.source("PREPARE \(name) AS SELECT 1")) }
    // Whose name can't be told, among others.
    statements.note(StatementSource(text: "PREPARE d AS SELECT 1; EXECUTE d", position: 0))
    statements.keep(["A", "d"])
    #expect(statements.count == 2)
    statements.keep([])
    #expect(statements.count == 0)
  }
}
