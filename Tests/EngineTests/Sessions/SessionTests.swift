import ArrowIPC
import DuckDB
import Engine
import Testing

@Suite struct SessionTests {
  let test: TestEngine
  let session: Session

  init() throws {
    self.test = try TestEngine { $0.spoolMemoryByteCount = 256 << 10 }
    self.session = try self.test.session()
  }

  @Test func `a query's rows arrive in order`() async throws {
    let values = try await self.test.integers("FROM range(300_000)", in: self.session)
    #expect(values == (0..<300_000).map(Int64.init))
  }

  @Test func `a result without rows has a schema and no batch`() async throws {
    let stream = try await self.test.stream("SELECT 1::BIGINT AS n WHERE false", in: self.session)
    #expect(stream.schema.fields.map(\.name) == ["n"])
    let step = try #require(try await stream.next())
    #expect(step.batch == nil)
    #expect(step.isLast)
  }

  @Test func `what writes runs once, before anybody fetches it`() async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT)", in: self.session)
    let announced = try await self.session.announce(
      "INSERT INTO t VALUES (7) RETURNING n",
      cancellation: Cancellation()
    )
    #expect(try await self.test.integers("FROM t", in: self.session) == [7])
    let rows = try await self.test.engine.fetch(announced.handle).remainingIntegers()
    #expect(rows == [7])
    #expect(try await self.test.integers("FROM t", in: self.session) == [7])
  }

  @Test func `a query runs when it is fetched, not before`() async throws {
    try await self.test.run("CREATE SEQUENCE s", in: self.session)
    _ = try await self.session.announce("SELECT nextval('s')", cancellation: Cancellation())
    #expect(try await self.test.integers("SELECT nextval('s')", in: self.session) == [1])
  }

  @Test func `a ticket can be fetched once`() async throws {
    let announced = try await self.session.announce("SELECT 1", cancellation: Cancellation())
    _ = try self.test.engine.fetch(announced.handle)
    #expect(throws: EngineError.unknownTicket) { try self.test.engine.fetch(announced.handle) }
    #expect(throws: EngineError.unknownTicket) { try self.test.engine.fetch(Handle()) }
  }

  @Test(arguments: [
    ("CREATE TABLE u (n INTEGER)", 0),
    ("CREATE TABLE u AS FROM range(5)", 0),
    ("CREATE TABLE u (n INTEGER); INSERT INTO u VALUES (1), (2), (3)", 3),
    ("CREATE TABLE u AS FROM range(9); DELETE FROM u WHERE range < 4", 4),
    ("CREATE TABLE u AS FROM range(9); UPDATE u SET range = 0", 9),
    ("SELECT 1", -1),
    ("SET VARIABLE x = 1", 0),
  ])
  func `an update counts the rows that its last statement changed`(
    sql: String,
    count: Int
  ) async throws {
    #expect(try await self.session.update(sql, cancellation: Cancellation()) == count)
  }

  @Test(arguments: ["", "  ", ";", "-- nothing", "/* nothing */ ;"])
  func `a text without a statement is an error`(sql: String) async throws {
    await #expect(throws: EngineError.noStatement) {
      try await self.session.announce(sql, cancellation: Cancellation())
    }
    await #expect(throws: EngineError.noStatement) {
      try await self.session.prepare(sql, cancellation: Cancellation())
    }
  }

  @Test func `settings of too many bytes are not kept to be repeated`() async throws {
    func canRunElsewhere() async throws -> Bool {
      let announced = try await self.session.announce("SELECT 1", cancellation: Cancellation())
      return announced.portable != nil
    }
    let text = String(repeating: "x", count: 400_000)
    for number in 1...2 {
      try await self.test.run("SET VARIABLE v\(number) = '\(text)'", in: self.session)
      #expect(try await canRunElsewhere())
    }
    try await self.test.run("SET VARIABLE v3 = '\(text)'", in: self.session)
    #expect(try await !canRunElsewhere())
    let lengths = try await self.test.integers(
      "SELECT length(getvariable('v1')) + length(getvariable('v3'))",
      in: self.session
    )
    #expect(lengths == [800_000])
  }

  @Test func `a table that changed after the ticket is noticed`() async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT)", in: self.session)
    let stream = try await self.test.stream("FROM t", in: self.session)
    try await self.test.run("ALTER TABLE t ADD COLUMN more VARCHAR", in: self.session)
    await #expect(throws: EngineError.schemaChanged) { try await stream.next() }
  }

  @Test func `an error in the middle of a result ends it and nothing else`() async throws {
    // With more threads DuckDB now and then reports that it stopped instead of why.
    try await self.test.run("SET GLOBAL threads = 1", in: self.session)
    let stream = try await self.test.stream(
      "SELECT CASE WHEN range < 100_000 THEN range ELSE error('too far') END FROM range(200_000)",
      in: self.session
    )
    let error = await #expect(throws: DuckDBError.self) {
      while try await stream.next() != nil {}
    }
    #expect(error?.message.contains("too far") == true)
    #expect(try await stream.next()?.batch == nil)
    #expect(try await self.test.integers("SELECT 1::BIGINT", in: self.session) == [1])
    #expect(self.test.engine.activeStatementCount == 0)
  }
}
