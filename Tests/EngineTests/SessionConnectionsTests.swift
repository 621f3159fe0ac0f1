import Engine
import Testing

/// How many connections to DuckDB a session has.
@Suite struct SessionConnectionsTests {
  private static let limit = 4
  private static let longResult = "FROM range(1_000_000)"
  private static let count = "SELECT count::BIGINT FROM duckdb_connection_count()"

  /// One worker: what is freed is gone before the next statement.
  private let test: TestEngine
  private let session: Session

  init() throws {
    self.test = try TestEngine {
      $0.connectionsPerSession = Self.limit
      $0.workerCount = 1
    }
    self.session = try self.test.session()
  }

  /// Prepares a statement while all connections that are open have something to do.
  private func prepareBesideOthers() async throws -> Handle {
    var streams: [ResultStream] = []
    for _ in 1..<Self.limit {
      let stream = try await self.test.stream(Self.longResult, in: self.session)
      _ = try await stream.next()
      streams.append(stream)
    }
    let (handle, _) = try await self.session.prepare(
      "SELECT 42::BIGINT",
      cancellation: Cancellation()
    )
    for stream in streams { await stream.close() }
    return handle
  }

  @Test func `prepared statements keep no connections beyond the limit`() async throws {
    let other = try self.test.session()
    let before = try await self.test.integers(Self.count, in: other)[0]
    var handles: [Handle] = []
    for _ in 0..<10 { handles.append(try await self.prepareBesideOthers()) }
    let count = try await self.test.integers(Self.count, in: other)[0]
    #expect(count - before <= Int64(Self.limit))
    for handle in handles {
      let announced = try await self.session.announce(
        prepared: handle,
        cancellation: Cancellation()
      )
      #expect(try await self.test.engine.fetch(announced.handle).remainingIntegers() == [42])
    }
  }

  @Test func `connections that nothing needs any more are closed`() async throws {
    let other = try self.test.session()
    let before = try await self.test.integers(Self.count, in: other)[0]
    var handles: [Handle] = []
    for _ in 0..<4 { handles.append(try await self.prepareBesideOthers()) }
    for handle in handles { self.session.close(prepared: handle) }
    #expect(try await self.test.integers("SELECT 1::BIGINT", in: self.session) == [1])
    #expect(try await self.test.integers(Self.count, in: other)[0] - before <= 2)
  }
}
