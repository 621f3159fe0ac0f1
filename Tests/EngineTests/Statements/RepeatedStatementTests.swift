import ArrowIPC
import Engine
import Testing

@Suite struct RepeatedStatementTests {
  private static let query = "SELECT n FROM t WHERE n < 100"

  let test: TestEngine
  let session: Session

  init() async throws {
    self.test = try TestEngine { $0.statementsPerPrincipal = 1 }
    self.session = try self.test.session()
    try await self.test.run("CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)", in: self.session)
  }

  private func repeated(_ sql: String, times: Int = 2) async throws {
    for _ in 0..<times { _ = try await self.test.stream(sql, in: self.session).remainingIntegers() }
  }

  /// Whether a text can be announced where no statement may be at work.
  private func isKnown(_ sql: String) async throws -> Bool {
    let busy = try await self.test.stream("FROM range(10_000_000)", in: try self.test.session())
    _ = try await busy.next()
    let isKnown: Bool
    do {
      _ = try await self.session.announce(sql, cancellation: Cancellation())
      isKnown = true
    } catch EngineError.tooManyStatements {
      isKnown = false
    }
    await busy.close()
    return isKnown
  }

  @Test func `a text isn't compiled again when it comes for the third time`() async throws {
    try await self.repeated(Self.query, times: 1)
    #expect(try await !self.isKnown(Self.query))
    try await self.repeated(Self.query, times: 1)
    #expect(try await self.isKnown(Self.query))
    #expect(try await self.test.integers(Self.query, in: self.session) == [1])
  }

  @Test func `preparing a text is as good as announcing it`() async throws {
    _ = try await self.session.prepare(Self.query, cancellation: Cancellation())
    try await self.repeated(Self.query, times: 1)
    #expect(try await self.isKnown(Self.query))
    let (handle, description) = try await self.session.prepare(
      Self.query,
      cancellation: Cancellation()
    )
    #expect(description.schema.fields.map(\.name) == ["n"])
    #expect(!description.isUpdate)
    try await self.test.run("ALTER TABLE t ADD COLUMN m BIGINT", in: try self.test.session())
    try await self.test.run("INSERT INTO t VALUES (4, 5)", in: self.session)
    let announced = try await self.session.announce(
      prepared: handle,
      cancellation: Cancellation()
    )
    #expect(try await self.test.engine.fetch(announced.handle).remainingIntegers() == [1, 4])
  }

  @Test func `a text with parameters is compiled for each handle`() async throws {
    let sql = "SELECT n FROM t WHERE n < ?"
    for _ in 0..<3 { _ = try await self.session.prepare(sql, cancellation: Cancellation()) }
    #expect(try await !self.isKnown(sql))
  }

  @Test func `rows that came since are seen`() async throws {
    try await self.repeated(Self.query)
    try await self.test.run("INSERT INTO t VALUES (2), (200)", in: try self.test.session())
    #expect(try await self.isKnown(Self.query))
    #expect(try await self.test.integers(Self.query, in: self.session) == [1, 2])
  }

  @Test(arguments: [
    "FROM range(3)", "VALUES (1::BIGINT)", "SELECT table_oid FROM duckdb_tables()",
    "SELECT n FROM t LIMIT 0", "SELECT count(*) FROM (SHOW TABLES)",
    "SELECT count(*) FROM t, range(3)", "EXPLAIN SELECT 1", "SELECT 1; SELECT n FROM t",
    "SELECT n FROM t -- \(String(repeating: "long ", count: 1_000))",
  ])
  func `what may change unnoticed is compiled each time`(sql: String) async throws {
    try await self.repeated(sql, times: 3)
    #expect(try await !self.isKnown(sql))
  }

  @Test(arguments: ["CREATE TABLE u (n BIGINT)", "SET threads = 2", "CREATE MACRO m() AS 1"])
  func `a change of definitions or settings by anyone makes it compiled again`(
    sql: String
  ) async throws {
    try await self.repeated(Self.query)
    try await self.test.run(sql, in: try self.test.session())
    #expect(try await !self.isKnown(Self.query))
  }

  @Test func `a table that is made anew has its new columns`() async throws {
    try await self.repeated("FROM t")
    try await self.test.run(
      "CREATE OR REPLACE TABLE t AS SELECT 7::BIGINT AS m, 8 AS n",
      in: try self.test.session()
    )
    let stream = try await self.test.stream("FROM t", in: self.session)
    #expect(stream.schema.fields.map(\.name) == ["m", "n"])
    #expect(try await stream.remainingIntegers() == [7])
  }

  @Test func `a session's options make it compiled again`() async throws {
    try await self.repeated(Self.query)
    let errors = try await self.session.set(
      ["TimeZone": .text("Asia/Tokyo")],
      cancellation: Cancellation()
    )
    #expect(errors.isEmpty)
    #expect(try await !self.isKnown(Self.query))
  }

  @Test func `in a transaction it is compiled there`() async throws {
    try await self.repeated(Self.query)
    try await self.test.run("BEGIN; INSERT INTO t VALUES (3)", in: self.session)
    #expect(try await !self.isKnown(Self.query))
    #expect(try await self.test.integers(Self.query, in: self.session) == [1, 3])
    try await self.test.run("ROLLBACK", in: self.session)
    #expect(try await self.test.integers(Self.query, in: self.session) == [1])
  }

  @Test func `a temporary table of the same name is the one that is meant`() async throws {
    try await self.repeated(Self.query)
    try await self.test.run("CREATE TEMP TABLE t AS SELECT 5::BIGINT AS n", in: self.session)
    #expect(try await self.test.integers(Self.query, in: self.session) == [5])
  }

  @Test func `of many texts those that came last are known`() async throws {
    let texts = (0..<10).map { "SELECT \($0)::BIGINT FROM t" }
    for text in texts { try await self.repeated(text) }
    #expect(try await !self.isKnown(texts[0]))
    #expect(try await self.isKnown(texts[9]))
  }

  @Test func `what overlaps itself is right twice`() async throws {
    let sql = "SELECT n FROM big ORDER BY n"
    let test = try TestEngine()
    let session = try test.session()
    try await test.run("CREATE TABLE big AS SELECT range AS n FROM range(200_000)", in: session)
    for _ in 0..<2 { _ = try await test.integers(sql, in: session) }
    let first = try await test.stream(sql, in: session)
    let begin = try first.integers(in: try #require(try await first.next()))
    let second = try await test.integers(sql, in: session)
    #expect(second == (0..<200_000).map(Int64.init))
    #expect(begin + (try await first.remainingIntegers()) == second)
  }
}
