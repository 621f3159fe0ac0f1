import DuckDB
import Testing

struct SQLTextTests {
  @Test(arguments: [
    ("plain", "\"plain\""), ("two words", "\"two words\""), ("a\"b", "\"a\"\"b\""),
    ("\"", "\"\"\"\""), ("", "\"\""), ("\"\u{301}", "\"\"\"\u{301}\""), ("a'b", "\"a'b\""),
  ])
  func `Identifiers are quoted`(name: String, quoted: String) {
    #expect(SQLText.identifier(name).utf8.elementsEqual(quoted.utf8))
  }

  @Test func `Paths are joined by dots`() {
    #expect(SQLText.identifier(["a.b", "c\"d", "e"]) == "\"a.b\".\"c\"\"d\".\"e\"")
  }

  @Test(arguments: ["plain", "it's", "''", "'\u{301}", "\\' OR 1=1 --", "line\nbreak", "a\"b", ""])
  func `Literals come back as they were`(text: String) throws {
    let found = try Connection.inMemory().rows("SELECT \(SQLText.literal(text))")
    #expect(found.first?.first??.utf8.elementsEqual(text.utf8) == true)
  }
}
