import DuckDB
import Engine
import Testing

/// Statements of one session while a result of it is still being read.
@Suite struct OverlapTests {
  static let rowCount = 400_000
  static let query = "FROM range(\(rowCount))"

  let test: TestEngine
  let session: Session

  init() throws {
    self.test = try TestEngine { $0.spoolMemoryByteCount = 256 << 10 }
    self.session = try self.test.session()
  }

  /// Opens a result, reads a part of it, runs `body`, and reads the rest.
  private func whileReading(_ body: () async throws -> Void) async throws {
    let stream = try await self.test.stream(Self.query, in: self.session)
    var values = try stream.integers(in: try #require(try await stream.next()))
    #expect(values.count < Self.rowCount)
    try await body()
    values += try await stream.remainingIntegers()
    #expect(values == (0..<Self.rowCount).map(Int64.init))
  }

  private func expect(_ sql: String, _ values: [Int64]) async throws {
    let found = try await self.test.integers(sql, in: self.session)
    #expect(found == values)
  }

  @Test func `statements overlap`() async throws {
    try await self.whileReading {
      try await self.test.run("CREATE TABLE t AS SELECT 5::BIGINT AS n", in: self.session)
      try await self.whileReading {
        try await self.expect("FROM t", [5])
      }
    }
  }

  @Test func `a result is set aside for the next statement of its transaction`() async throws {
    try await self.test.run("CREATE TABLE t (n BIGINT); BEGIN", in: self.session)
    try await self.whileReading {
      try await self.test.run("INSERT INTO t VALUES (1)", in: self.session)
      try await self.whileReading {
        try await self.expect("FROM t", [1])
      }
    }
    #expect(try await self.test.integers("FROM t", in: try self.test.session()) == [])
    try await self.test.run("COMMIT", in: self.session)
    #expect(try await self.test.integers("FROM t", in: try self.test.session()) == [1])
  }

  @Test func `a result that is too large to be set aside ends, and the next statement runs`()
    async throws
  {
    let test = try TestEngine {
      $0.spoolMemoryByteCount = 256 << 10
      $0.keptResultByteLimit = 1 << 20
    }
    let session = try test.session()
    try await test.run("BEGIN", in: session)
    let stream = try await test.stream(Self.query, in: session)
    _ = try await stream.next()
    #expect(try await test.integers("SELECT 1::BIGINT", in: session) == [1])
    await #expect(throws: EngineError.keptResultTooLarge(limit: 1 << 20)) {
      try await stream.remainingIntegers()
    }
  }

  @Test func `results for which there is no memory are set aside in files`() async throws {
    let test = try TestEngine { $0.allSpoolMemoryByteCount = 1 << 20 }
    let session = try test.session()
    for _ in 1...3 {
      // A CALL runs when it is announced, and what it returns is kept.
      var streams: [ResultStream] = []
      for _ in 1...3 { streams.append(try await test.stream("CALL range(100_000)", in: session)) }
      for stream in streams {
        #expect(try await stream.remainingIntegers() == (0..<100_000).map(Int64.init))
      }
    }
  }

  @Test func `temporary tables are seen by every later statement`() async throws {
    try await self.whileReading {
      try await self.test.run("CREATE TEMP TABLE t AS SELECT 3::BIGINT", in: self.session)
      try await self.whileReading {
        try await self.expect("FROM t", [3])
      }
    }
    await #expect(throws: DuckDBError.self) {
      try await self.test.integers("FROM t", in: try self.test.session())
    }
  }

  @Test func `settings hold on every connection of the session and on no other`() async throws {
    try await self.test.run(
      "CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 8::BIGINT",
      in: self.session
    )
    try await self.test.run("SET VARIABLE v = 4::BIGINT; USE s", in: self.session)
    let values = "SELECT getvariable('v') UNION ALL FROM t"
    try await self.whileReading {
      try await self.expect(values, [4, 8])
      try await self.test.run("SET VARIABLE v = 6::BIGINT", in: self.session)
      try await self.whileReading {
        try await self.expect(values, [6, 8])
      }
    }
    await #expect(throws: DuckDBError.self) {
      try await self.test.integers("FROM t", in: try self.test.session())
    }
  }

  @Test func `a failure of a result set aside reaches its own reader`() async throws {
    // With more threads DuckDB now and then reports that it stopped instead of why.
    try await self.test.run("SET GLOBAL threads = 1", in: self.session)
    try await self.test.run("CREATE TABLE t (n BIGINT); BEGIN", in: self.session)
    let stream = try await self.test.stream(
      "SELECT CASE WHEN range < 1_500_000 THEN range ELSE error('too far') END FROM range(2_000_000)",
      in: self.session
    )
    _ = try await stream.next()
    // The error has ended the transaction, as it would have without the overlap.
    await #expect(throws: DuckDBError.self) {
      try await self.test.run("INSERT INTO t VALUES (1)", in: self.session)
    }
    let error = await #expect(throws: DuckDBError.self) {
      try await stream.remainingIntegers()
    }
    #expect(error?.message.contains("too far") == true)
  }

  @Test func `more statements than connections share them`() async throws {
    let test = try TestEngine { $0.connectionsPerSession = 2 }
    let session = try test.session()
    let streams = try await [1, 2, 3, 4, 5].asyncMap { _ in
      let stream = try await test.stream(Self.query, in: session)
      return (stream, try stream.integers(in: try #require(try await stream.next())).count)
    }
    for (stream, count) in streams {
      #expect(try await stream.remainingIntegers().count + count == Self.rowCount)
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(
    _ transform: (Element) async throws -> Value
  ) async throws -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
