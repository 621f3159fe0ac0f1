import DuckDB
import Engine
import Testing

@Suite struct CancellationTests {
  /// Runs for hours unless it is stopped.
  static let endless = "SELECT count(*) FROM range(10_000_000_000) a, range(1_000_000) b"
  /// The same, and others can see that it has begun.
  private static let endlessCount =
    "SELECT count(*) FROM range(10_000_000_000) a, range(1_000_000) b WHERE nextval('begun') > 0"

  /// When a statement is cancelled.
  enum Moment: CaseIterable {
    case beforeItBegins, whileItBegins, atWork
  }

  let test: TestEngine
  let session: Session

  init() throws {
    self.test = try TestEngine()
    self.session = try self.test.session()
  }

  /// Returns when ``endlessCount`` is being computed.
  private func waitForWork() async throws {
    let other = try self.test.session()
    let count = "SELECT count(*) FROM duckdb_sequences() WHERE last_value IS NOT NULL"
    while try await self.test.integers(count, in: other) == [0] {}
  }

  /// Cancels what is being begun.
  private func cancel(_ cancellation: Cancellation, _ moment: Moment) async throws {
    if moment == .atWork { try await self.waitForWork() }
    cancellation.cancel()
  }

  private func expectCancelled(
    as expected: EngineError = .cancelled,
    _ body: () async throws -> Void
  ) async {
    do {
      try await body()
      Issue.record("the statement ended by itself")
    } catch let error as DuckDBError {
      #expect(error.code == .interrupted)
    } catch {
      #expect(error as? EngineError == expected)
    }
  }

  @Test(.timeLimit(.minutes(1)), arguments: Moment.allCases)
  func `an update stops, whenever it is cancelled`(moment: Moment) async throws {
    try await self.test.run("CREATE SEQUENCE begun", in: self.session)
    let cancellation = Cancellation()
    if moment == .beforeItBegins { cancellation.cancel() }
    async let cancelling: Void = self.cancel(cancellation, moment)
    await self.expectCancelled {
      _ = try await self.session.update(Self.endlessCount, cancellation: cancellation)
    }
    try await cancelling
    #expect(try await self.test.integers("SELECT 1::BIGINT", in: self.session) == [1])
  }

  @Test(.timeLimit(.minutes(1)), arguments: Moment.allCases)
  func `a result stops, whenever it is cancelled`(moment: Moment) async throws {
    try await self.test.run("CREATE SEQUENCE begun", in: self.session)
    let stream = try await self.test.stream(Self.endlessCount, in: self.session)
    if moment == .beforeItBegins { stream.cancellation.cancel() }
    async let cancelling: Void = self.cancel(stream.cancellation, moment)
    await self.expectCancelled { _ = try await stream.next() }
    try await cancelling
    #expect(try await self.test.integers("SELECT 1::BIGINT", in: self.session) == [1])
    #expect(self.test.engine.activeStatementCount == 0)
  }

  @Test func `a statement cancelled in a transaction leaves the session usable`() async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT); BEGIN", in: self.session)
    let stream = try await self.test.stream("FROM range(1_000_000)", in: self.session)
    _ = try await stream.next()
    stream.cancellation.cancel()
    await self.expectCancelled { while try await stream.next() != nil {} }
    try? await self.test.run("ROLLBACK", in: self.session)
    #expect(try await self.test.integers("FROM t", in: self.session) == [])
  }

  @Test func `a result that is closed early frees its connection`() async throws {
    for _ in 0..<50 {
      let stream = try await self.test.stream("FROM range(1_000_000)", in: self.session)
      _ = try await stream.next()
      await stream.close()
    }
    #expect(self.test.engine.activeStatementCount == 0)
    #expect(try await self.test.integers("SELECT 1::BIGINT", in: self.session) == [1])
  }

  @Test(.timeLimit(.minutes(1)))
  func `the engine's end stops what is at work`() async throws {
    try await self.test.run("CREATE SEQUENCE begun", in: self.session)
    let stream = try await self.test.stream(Self.endlessCount, in: self.session)
    async let closing: Void = {
      try await self.waitForWork()
      try await self.test.engine.close()
    }()
    await self.expectCancelled(as: .shuttingDown) { _ = try await stream.next() }
    try await closing
  }
}
