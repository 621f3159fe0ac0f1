import Auth
import Engine
import Testing

@Suite(.serialized)
struct ReadingRoleTests {
  private let engine: TestEngine

  init() throws {
    self.engine = try TestEngine()
  }

  private func isPermitted(_ sql: String) async throws -> Bool {
    let session = try self.engine.session(of: Principal(name: "rita", role: .reader))
    do {
      try await self.engine.run(sql, in: session)
      return true
    } catch EngineError.notPermitted {
      return false
    }
  }

  @Test(arguments: [
    "SET GLOBAL threads = 1",
    "SELECT 1; SET GLOBAL threads = 1",
    // A carriage return ends a comment, and a name may end in dollar signs.
    "SELECT 1 -- \r; SET GLOBAL threads = 1",
    "SELECT 1 AS a$$; SET GLOBAL threads = 1 --$$",
    "SELECT 1 AS a$b$; SET GLOBAL threads = 1 --$b$",
    "SET/* timezone */threads = 1",
    "SET/**/temp_directory = timezone",
    "RESET/* timezone */threads",
    "SELECT E'a'\n'b'",
    "PRAGMA disable_checkpoint_on_shutdown",
  ])
  func `a reader sets nothing beyond the session, however it is hidden`(sql: String) async throws {
    #expect(try await !self.isPermitted(sql))
  }

  @Test(arguments: [
    "SELECT 1 -- \r + 1; SELECT 'x'", "SELECT 1 AS a$$", "SET/**/TimeZone = 'UTC'", "FROM range(3)",
    "SET SESSION TIME ZONE 'UTC'", "RESET TimeZone", "PRAGMA show_tables", "SET VARIABLE a = 1",
    "EXPLAIN ANALYZE SELECT 1",
  ])
  func `a reader reads and sets what is the session's own`(sql: String) async throws {
    #expect(try await self.isPermitted(sql))
  }
}
