import Auth
import Engine
import Testing

@Suite(.serialized)
struct StatementGuardTests {
  private let engine: TestEngine

  init() throws {
    self.engine = try TestEngine { $0.isLockedDown = true }
  }

  private func message(for sql: String) async throws -> String {
    let session = try self.engine.session()
    do {
      try await self.engine.run(sql, in: session)
      return ""
    } catch let error as LockdownError {
      return error.message
    }
  }

  @Test(arguments: [
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM \"Read_Text\" /* */ ('/etc/hostname')",
    "-- a comment\rSELECT * FROM read_text('/etc/hostname')",
    "SELECT E'\\'' || '' FROM read_text('/etc/hostname') --'",
    "SELECT a$$ FROM (SELECT 1 AS a$$), read_text('x') --$$",
  ])
  func `a refused function is found wherever it is called`(sql: String) async throws {
    #expect(try await self.message(for: sql).contains("read_text"))
  }

  @Test(arguments: [
    "ATTACH ':memory:' AS x", "COPY (SELECT 1) TO '/tmp/x'", "EXPLAIN ANALYZE COPY t TO 'x'",
    "EXPLAIN (\"analyze\") COPY t TO 'x'", "EXPLAIN (\"analyze\") SET threads = 1",
    "BEGIN; EXPLAIN ANALYZE COMMIT", "EXPLAIN ANALYZE UPDATE EXTENSIONS",
    "UPDATE EXTENSIONS (json)",
    "PREPARE p AS COPY t TO 'x'", "CREATE PERSISTENT SECRET s (TYPE s3)", "DROP SECRET s",
    "SET GLOBAL TimeZone = 'UTC'", "SET threads = 1", "SET schema = 'ma' || 'in'", "LOAD json",
    "SELECT current_setting('temp' || '_directory')", "SELECT current_setting()", "SET", "RESET",
    "PRAGMA", "CREATE", "EXPLAIN", "PREPARE", "COMMENT", "ALTER", "SELECT current_setting(",
    "SET x",
    "PREPARE (", "SET schema =",
  ])
  func `what isn't known to be harmless is refused`(sql: String) async throws {
    #expect(try await self.message(for: sql).contains("the server is locked down"))
  }

  @Test(arguments: [
    "SELECT 'read_text(''x'')', $$ATTACH$$ -- COPY",
    "SELECT 1 AS read_text, 2 AS query",
    "CREATE TEMP TABLE query (a INTEGER); INSERT INTO query (a) VALUES (1)",
    "SET TimeZone = 'UTC'", "SELECT current_setting('TimeZone')",
  ])
  func `names, strings and comments are only what they are`(sql: String) async throws {
    #expect(try await self.message(for: sql).isEmpty)
  }

  @Test(arguments: [
    ("SELEC 1", "syntax error at or near \"SELEC\"\n\nLINE 1: SELEC 1\n        ^"),
    (
      "SELECT 1;\nSELECT 2; nosuch",
      "syntax error at or near \"nosuch\"\n\nLINE 2: SELECT 2; nosuch"
    ),
    ("EXPLAIN SELEC 1", "syntax error at or near \"SELEC\""),
    ("SELECT 'x", "unterminated quoted string\n\nLINE 1: SELECT 'x\n               ^"),
    ("SELECT \"x", "unterminated quoted identifier"),
    ("SELECT $$x", "unterminated dollar-quoted string"),
  ])
  func `what is no SQL is told as DuckDB tells it`(sql: String, words: String) async throws {
    let session = try self.engine.session()
    let error = await #expect(throws: LockdownError.self) {
      try await self.engine.run(sql, in: session)
    }
    #expect(error?.code == .syntax)
    #expect(error?.message.hasPrefix("Parser Error: \(words)") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    "FROM t AT (VERSION => NULL)", "FROM t AT (version => -1)",
    "FROM repeat_row(1, num_rows => -1)",
    "FROM \"Repeat_Row\"(1, num_rows := NULL)",
  ])
  func `a number that DuckDB would take for an error of its own is refused`(
    sql: String
  ) async throws {
    let session = try self.engine.session()
    let error = await #expect(throws: LockdownError.self) {
      try await self.engine.run(sql, in: session)
    }
    #expect(error?.code == .syntax)
    #expect(error?.message.contains("must be a number") == true)
  }

  @Test func `other values of those names are nobody's business`() async throws {
    for sql in [
      "SELECT struct_pack(version := NULL, num_rows := -1)", "FROM repeat_row(1, num_rows => 2)",
      "SELECT version FROM (SELECT NULL AS version)",
    ] {
      #expect(try await self.message(for: sql).isEmpty, "\(sql)")
    }
  }

  @Test func `text that can be read in two ways is refused`() async throws {
    for sql in ["SELECT 1E'\\'", "SELECT $é$x$é$"] {
      #expect(try await self.message(for: sql).contains("two ways"), "\(sql)")
    }
  }

  @Test func `what acts on a whole lake needs the role admin`() async throws {
    let user = Principal(name: "ann", role: .user)
    let session = try self.engine.engine.sessions.session(
      id: nil,
      connection: 1,
      principal: user
    ).session
    await #expect(throws: LockdownError.self) {
      try await self.engine.run("CHECKPOINT", in: session)
    }
    await #expect(throws: LockdownError.self) {
      try await self.engine.run("CALL ducklake_expire_snapshots('lake')", in: session)
    }
    #expect(try await self.message(for: "CHECKPOINT").isEmpty)
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      String(repeating: "dbgen(", count: 200_000),
      String(repeating: "(", count: 200_000) + String(repeating: "'a', ", count: 200_000),
    ]
  )
  func `deeply nested text is read in one go`(text: String) async throws {
    #expect(try await self.message(for: "SELECT \(text) getenv('x')").contains("getenv"))
  }
}
