import DuckDB
import Engine
import Testing

@Suite struct CancellationTests {
  /// Runs for hours unless it is stopped.
  static let endless = "SELECT count(*) FROM range(10_000_000_000) a, range(1_000_000) b"

  let test: TestEngine
  let session: Session

  init() throws {
    self.test = try TestEngine()
    self.session = try self.test.session()
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

  @Test(arguments: [0, 1, 20, 100])
  func `an update stops, whenever it is cancelled`(milliseconds: Int) async throws {
    let cancellation = Cancellation()
    async let cancelling: Void = {
      try? await Task.sleep(for: .milliseconds(milliseconds))
      cancellation.cancel()
    }()
    await self.expectCancelled {
      _ = try await self.session.update(Self.endless, cancellation: cancellation)
    }
    await cancelling
    #expect(try await self.test.integers("SELECT 1::BIGINT", in: self.session) == [1])
  }

  @Test(arguments: [0, 20])
  func `a result stops, whenever it is cancelled`(milliseconds: Int) async throws {
    let stream = try await self.test.stream(Self.endless, in: self.session)
    async let cancelling: Void = {
      try? await Task.sleep(for: .milliseconds(milliseconds))
      stream.cancellation.cancel()
    }()
    await self.expectCancelled { _ = try await stream.next() }
    await cancelling
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

  @Test func `the engine's end stops what is at work`() async throws {
    let stream = try await self.test.stream(Self.endless, in: self.session)
    async let closing: Void = {
      try await Task.sleep(for: .milliseconds(20))
      try await self.test.engine.close()
    }()
    await self.expectCancelled(as: .shuttingDown) { _ = try await stream.next() }
    try await closing
  }
}
