import DuckDB
import Engine
import Testing

@Suite struct TransactionTests {
  let test: TestEngine
  let session: Session
  let other: Session

  init() async throws {
    self.test = try TestEngine { configuration in
      configuration.connectionsPerSession = 3
      configuration.transactionIdleLifetime = .zero
    }
    self.session = try self.test.session()
    self.other = try self.test.session()
    try await self.test.run("CREATE TABLE t AS SELECT 1::BIGINT AS n", in: self.session)
  }

  private func begin() async throws -> Handle {
    try await self.session.beginTransaction(cancellation: Cancellation())
  }

  private func end(_ transaction: Handle, commits: Bool) async throws {
    try await self.session.endTransaction(
      transaction,
      commits: commits,
      cancellation: Cancellation()
    )
  }

  private func insert(_ value: Int, in transaction: Handle? = nil) async throws {
    let sql = "INSERT INTO t VALUES (\(value))"
    _ = try await self.session.update(sql, in: transaction, cancellation: Cancellation())
  }

  @Test(arguments: [true, false])
  func `what a transaction changed is there if it commits`(commits: Bool) async throws {
    let transaction = try await self.begin()
    try await self.insert(2, in: transaction)
    #expect(try await self.test.integers("FROM t", in: self.other) == [1])
    try await self.end(transaction, commits: commits)
    #expect(try await self.test.integers("FROM t", in: self.other) == (commits ? [1, 2] : [1]))
  }

  @Test func `a transaction that has ended is unknown`() async throws {
    let transaction = try await self.begin()
    try await self.end(transaction, commits: true)
    await #expect(throws: EngineError.unknownTransaction) {
      try await self.insert(2, in: transaction)
    }
    await #expect(throws: EngineError.unknownTransaction) {
      try await self.end(transaction, commits: true)
    }
  }

  @Test func `a session has as many transactions as connections`() async throws {
    let transactions = [try await self.begin(), try await self.begin(), try await self.begin()]
    await #expect(throws: EngineError.tooManyTransactions(limit: 3)) { try await self.begin() }
    for (value, transaction) in zip(2..., transactions) {
      try await self.insert(value, in: transaction)
      try await self.end(transaction, commits: true)
    }
    #expect(try await self.test.integers("FROM t ORDER BY n", in: self.other) == [1, 2, 3, 4])
  }

  @Test func `a transaction is found by its handle from any session`() async throws {
    let transaction = try await self.begin()
    let sessions = self.test.engine.sessions
    #expect(try sessions.session(ofTransaction: transaction) === self.session)
    sessions.close(self.session)
    #expect(throws: EngineError.unknownTransaction) {
      try sessions.session(ofTransaction: transaction)
    }
  }

  @Test func `nothing runs in a transaction that has expired but its end`() async throws {
    let transaction = try await self.begin()
    try await self.insert(2)
    await self.test.engine.expireTransactions()
    await #expect(throws: EngineError.transactionExpired) { try await self.insert(3) }
    await #expect(throws: EngineError.transactionExpired) {
      try await self.test.integers("FROM t", in: self.session)
    }
    await #expect(throws: EngineError.transactionExpired) {
      try await self.end(transaction, commits: true)
    }
    #expect(try await self.test.integers("FROM t", in: self.session) == [1])
  }

  @Test func `rolling back what has expired is no error`() async throws {
    let transaction = try await self.begin()
    await self.test.engine.expireTransactions()
    try await self.end(transaction, commits: false)
    try await self.test.run("BEGIN", in: self.session)
    await self.test.engine.expireTransactions()
    try await self.test.run("ROLLBACK", in: self.session)
    try await self.insert(2)
    #expect(try await self.test.integers("FROM t", in: self.other) == [1, 2])
  }

  @Test func `committing what an error has aborted is an error`() async throws {
    let transaction = try await self.begin()
    try await self.insert(2)
    await #expect(throws: (any Error).self) {
      try await self.test.run("SELECT error('failed')", in: self.session)
    }
    await #expect(throws: EngineError.transactionAborted) {
      try await self.end(transaction, commits: true)
    }
    #expect(try await self.test.integers("FROM t", in: self.session) == [1])
  }

  @Test func `a transaction whose end was refused for want of a place is open still`() async throws
  {
    let test = try TestEngine { $0.statementsPerPrincipal = 1 }
    let session = try test.session()
    try await test.run("CREATE TABLE t (n BIGINT)", in: session)
    let (insert, _) = try await session.prepare(
      "INSERT INTO t VALUES (1)",
      cancellation: Cancellation()
    )
    let transaction = try await session.beginTransaction(cancellation: Cancellation())
    let stream = try await test.stream("FROM range(1_000_000)", in: try test.session())
    _ = try await stream.next()
    func commit() async throws {
      try await session.endTransaction(transaction, commits: true, cancellation: Cancellation())
    }
    await #expect(throws: EngineError.tooManyStatements(limit: 1)) { try await commit() }
    await stream.close()
    _ = try await session.update(prepared: insert, cancellation: Cancellation())
    try await commit()
    #expect(try await test.integers("FROM t", in: session) == [1])
  }
}
