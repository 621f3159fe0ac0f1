import ArrowIPC
import DuckDB
import Engine
import NIOCore
import Testing

@Suite struct PreparedStatementTests {
  let test: TestEngine
  let session: Session

  init() throws {
    self.test = try TestEngine()
    self.session = try self.test.session()
  }

  private func integers(_ handle: Handle) async throws -> [Int64] {
    let announced = try await self.session.announce(
      prepared: handle,
      cancellation: Cancellation()
    )
    return try await self.test.engine.fetch(announced.handle).remainingIntegers()
  }

  @Test func `a prepared query runs again and again`() async throws {
    try await self.test.run("CREATE TABLE t AS SELECT 1::BIGINT AS n", in: self.session)
    let (handle, description) = try await self.session.prepare(
      "FROM t",
      cancellation: Cancellation()
    )
    #expect(description.schema.fields.map(\.name) == ["n"])
    #expect(!description.isUpdate)
    #expect(try await self.integers(handle) == [1])
    try await self.test.run("UPDATE t SET n = 2", in: self.session)
    #expect(try await self.integers(handle) == [2])
  }

  @Test(arguments: [
    "CREATE TABLE u (n INTEGER)", "INSERT INTO t VALUES (1)", "DROP TABLE t", "SET VARIABLE x = 1",
    "BEGIN", "ATTACH ':memory:' AS other",
  ])
  func `a statement without a result set is an update without columns`(sql: String) async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT)", in: self.session)
    let (_, description) = try await self.session.prepare(sql, cancellation: Cancellation())
    #expect(description.isUpdate)
    #expect(description.schema.fields.isEmpty)
  }

  @Test(arguments: [
    "INSERT INTO t VALUES (1) RETURNING n", "EXPLAIN FROM t", "DESCRIBE t", "SHOW TABLES", "FROM t",
    "WITH x AS (SELECT 1) FROM x", "VALUES (1)", "PRAGMA version", "CALL pragma_version()",
    "SUMMARIZE t",
  ])
  func `a statement with a result set has columns`(sql: String) async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT)", in: self.session)
    let (_, description) = try await self.session.prepare(sql, cancellation: Cancellation())
    #expect(!description.isUpdate)
    #expect(!description.schema.fields.isEmpty)
  }

  @Test func `a prepared write runs at each execution`() async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT)", in: self.session)
    let (handle, _) = try await self.session.prepare(
      "INSERT INTO t VALUES (5)",
      cancellation: Cancellation()
    )
    for _ in 1...3 {
      #expect(try await self.session.update(prepared: handle, cancellation: Cancellation()) == 1)
    }
    #expect(try await self.test.integers("FROM t", in: self.session) == [5, 5, 5])
  }

  @Test func `a statement prepared outside runs inside a transaction`() async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT)", in: self.session)
    let (handle, _) = try await self.session.prepare(
      "INSERT INTO t VALUES (5)",
      cancellation: Cancellation()
    )
    try await self.test.run("BEGIN", in: self.session)
    _ = try await self.session.update(prepared: handle, cancellation: Cancellation())
    try await self.test.run("ROLLBACK", in: self.session)
    #expect(try await self.test.integers("FROM t", in: self.session) == [])
  }

  @Test func `a closed or unknown handle is refused, but for closing it`() async throws {
    let (handle, _) = try await self.session.prepare("SELECT 1", cancellation: Cancellation())
    self.session.close(prepared: handle)
    for unknown in [handle, Handle()] {
      await #expect(throws: EngineError.unknownPreparedStatement) {
        try await self.session.announce(prepared: unknown, cancellation: Cancellation())
      }
      self.session.close(prepared: unknown)
    }
  }

  @Test func `parameters without values are an error`() async throws {
    let (handle, description) = try await self.session.prepare(
      "SELECT ?::INTEGER",
      cancellation: Cancellation()
    )
    #expect(description.parameterCount == 1)
    await #expect(throws: EngineError.parametersNotBound(count: 1)) {
      try await self.integers(handle)
    }
  }

  @Test func `rows bound to all statements have a limit, and closing one makes room`() async throws
  {
    let test = try TestEngine { $0.allBoundByteLimit = 1 << 20 }
    let session = try test.session()
    let batch = IngestionTests.batch(50_000)
    func prepare() async throws -> Handle {
      try await session.prepare("SELECT ?::BIGINT", cancellation: Cancellation()).0
    }
    func bind(_ handle: Handle) async throws {
      let upload = try await session.parameterUpload(
        for: handle,
        .query,
        cancellation: Cancellation()
      )
      try await upload.append(header: IngestionTests.schema, body: ByteBuffer())
      try await upload.append(header: batch.header, body: batch.body)
      try await session.bind(upload, to: handle)
    }
    let handles = [try await prepare(), try await prepare(), try await prepare()]
    try await bind(handles[0])
    try await bind(handles[1])
    await #expect(throws: EngineError.allBoundRowsTooLarge(limit: 1 << 20)) {
      try await bind(handles[2])
    }
    session.close(prepared: handles[0])
    try await bind(handles[2])
  }

  @Test func `rows bound to an update have a limit, in its file too`() async throws {
    let test = try TestEngine {
      $0.spoolMemoryByteCount = 256 << 10
      $0.updateBoundByteLimit = 1 << 20
    }
    let session = try test.session()
    try await test.run("CREATE TABLE t (n BIGINT)", in: session)
    let (handle, _) = try await session.prepare(
      "INSERT INTO t VALUES (?)",
      cancellation: Cancellation()
    )
    let batch = IngestionTests.batch(50_000)
    let upload = try await session.parameterUpload(
      for: handle,
      .update,
      cancellation: Cancellation()
    )
    try await upload.append(header: IngestionTests.schema, body: ByteBuffer())
    try await upload.append(header: batch.header, body: batch.body)
    try await upload.append(header: batch.header, body: batch.body)
    await #expect(throws: EngineError.boundRowsTooLarge(limit: 1 << 20)) {
      try await upload.append(header: batch.header, body: batch.body)
    }
  }

  @Test func `statements that are gone elsewhere are forgotten here`() async throws {
    let test = try TestEngine { $0.preparedStatementsPerSession = 2 }
    let (session, holder) = (try test.session(), try test.session())
    var handles: [Handle] = []
    for _ in 1...4 {
      handles.append(try await holder.prepare("SELECT 1", cancellation: Cancellation()).0)
      session.remember(handles[handles.count - 1], in: holder)
    }
    let isElsewhere = handles.map { session.holder(ofPrepared: $0) === holder }
    #expect(isElsewhere == [false, false, true, true])
  }

  @Test func `beyond the limit the handle that was not used for longest makes room`() async throws {
    let test = try TestEngine { $0.preparedStatementsPerSession = 2 }
    let session = try test.session()
    func prepare() async throws -> Handle {
      try await session.prepare("SELECT 1", cancellation: Cancellation()).0
    }
    func isKnown(_ handle: Handle) async -> Bool {
      (try? await session.schema(prepared: handle, cancellation: Cancellation())) != nil
    }
    let (first, second) = (try await prepare(), try await prepare())
    #expect(await isKnown(first))
    let third = try await prepare()
    #expect(await [isKnown(first), isKnown(second), isKnown(third)] == [true, false, true])
  }
}
