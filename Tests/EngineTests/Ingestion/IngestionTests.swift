import ArrowIPC
import DuckDB
import Engine
import NIOCore
import Testing

@Suite struct IngestionTests {
  let test: TestEngine
  let session: Session
  let target = IngestionTarget(table: "t", ifMissing: .create, ifExisting: .append)

  init() throws {
    self.test = try TestEngine { $0.workerCount = 1 }
    self.session = try self.test.session()
  }

  private struct Abort: Error, Equatable {}

  static let schema = MessageEncoder.schemaMessage(
    Schema(fields: [Field("i", .int(bitWidth: 64, isSigned: true))])
  )

  /// A batch of `count` numbers as it travels.
  static func batch(_ count: Int) -> (header: ByteBuffer, body: ByteBuffer) {
    var values = ByteBuffer()
    for value in 0..<count { values.writeInteger(Int64(value), endianness: .little) }
    let encoded = MessageEncoder.recordBatch(
      RecordBatch(
        rowCount: count,
        nodes: [FieldNode(rowCount: count, nullCount: 0)],
        buffers: [ByteBuffer(), values]
      )
    )
    var body = ByteBuffer()
    for part in encoded.body { body.writeImmutableBuffer(part) }
    return (encoded.header, body)
  }

  private func ingest(
    _ cancellation: Cancellation = Cancellation(),
    _ send: (IngestionStream) async -> Void
  ) async throws -> Int {
    let stream = self.session.ingestionStream()
    async let rowCount = self.session.ingest(stream, into: self.target, cancellation: cancellation)
    await send(stream)
    return try await rowCount
  }

  private func isTableThere() async throws -> Bool {
    let sql = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'"
    return try await self.test.integers(sql, in: self.session) == [1]
  }

  @Test(arguments: [0, 1, 3, 40])
  func `all rows arrive, however many wait`(batchCount: Int) async throws {
    let batch = Self.batch(50_000)
    let rowCount = try await self.ingest { stream in
      _ = await stream.send(header: Self.schema, body: ByteBuffer())
      for _ in 0..<batchCount {
        let isWanted = await stream.send(header: batch.header, body: batch.body)
        #expect(isWanted)
      }
      stream.finish()
    }
    #expect(rowCount == batchCount * 50_000)
    #expect(
      try await self.test.integers("SELECT count(*) FROM t", in: self.session) == [
        Int64(rowCount)
      ]
    )
  }

  @Test(arguments: [0, 1, 40])
  func `a stream that breaks off leaves nothing`(batchCount: Int) async throws {
    let batch = Self.batch(50_000)
    await #expect(throws: Abort()) {
      try await self.ingest { stream in
        _ = await stream.send(header: Self.schema, body: ByteBuffer())
        for _ in 0..<batchCount { _ = await stream.send(header: batch.header, body: batch.body) }
        stream.fail(Abort())
      }
    }
    #expect(try await !self.isTableThere())
  }

  @Test func `a cancellation ends the wait for a client, and its client is told`() async throws {
    let batch = Self.batch(50_000)
    let cancellation = Cancellation()
    // Either notices first: the wait for the next message, or DuckDB.
    await #expect {
      try await self.ingest(cancellation) { stream in
        _ = await stream.send(header: Self.schema, body: ByteBuffer())
        // More than may wait: DuckDB has begun when the last of them has been taken in.
        for _ in 0..<40 { _ = await stream.send(header: batch.header, body: batch.body) }
        cancellation.cancel()
        while await stream.send(header: batch.header, body: batch.body) {}
      }
    } throws: { error in
      error as? EngineError == .cancelled || (error as? DuckDBError)?.code == .interrupted
    }
    #expect(try await !self.isTableThere())
  }

  @Test func `what waits of all ingestions has a limit, and its room comes back`() async throws {
    let test = try TestEngine { $0.ingestionByteLimit = 1 << 20 }
    let session = try test.session()
    let (small, large) = (Self.batch(50_000), Self.batch(150_000))
    func ingest(_ batch: (header: ByteBuffer, body: ByteBuffer)) async throws -> Int {
      let stream = session.ingestionStream()
      async let count = session.ingest(stream, into: self.target, cancellation: Cancellation())
      _ = await stream.send(header: Self.schema, body: ByteBuffer())
      _ = await stream.send(header: batch.header, body: batch.body)
      stream.finish()
      return try await count
    }
    for _ in 1...3 {
      #expect(try await ingest(small) == 50_000)
      await #expect(throws: EngineError.ingestionsTooLarge(limit: 1 << 20)) {
        try await ingest(large)
      }
    }
  }

  @Test func `a statement that fails early lets its client go`() async throws {
    let batch = Self.batch(50_000)
    try await self.test.run("CREATE TABLE t (other INTEGER)", in: self.session)
    await #expect(throws: IngestionError.self) {
      try await self.ingest { stream in
        _ = await stream.send(header: Self.schema, body: ByteBuffer())
        while await stream.send(header: batch.header, body: batch.body) {}
      }
    }
  }

  @Test func `a waiting client leaves its place in the line when it is gone`() async throws {
    let batch = Self.batch(50_000)
    let front = self.session.ingestionStream()
    async let first = self.session.ingest(front, into: self.target, cancellation: Cancellation())
    _ = await front.send(header: Self.schema, body: ByteBuffer())
    // Twice what may wait: the only place is taken.
    for _ in 0..<24 { _ = await front.send(header: batch.header, body: batch.body) }
    let behind = Task {
      let stream = self.session.ingestionStream()
      stream.finish()
      return try await self.session.ingest(
        stream,
        into: self.target,
        cancellation: Cancellation()
      )
    }
    behind.cancel()
    await #expect(throws: EngineError.cancelled) { try await behind.value }
    front.finish()
    #expect(try await first == 24 * 50_000)
  }

  /// A message of one list of so many arrays, whose elements are nulls and take no bytes.
  private static func list(
    of arrayCount: Int,
    size: Int
  ) -> (schema: ByteBuffer, batch: EncodedMessage) {
    let element = Field("item", .fixedSizeList(Field("item", .null), size: size))
    let offsets = ByteBuffer(integers: [0, Int32(arrayCount)])
    let array = ArrayData(
      type: .list(element),
      rowCount: 1,
      buffers: [ByteBuffer(), offsets],
      children: [
        ArrayData(
          type: element.type,
          rowCount: arrayCount,
          buffers: [ByteBuffer()],
          children: [
            ArrayData(
              type: .null,
              rowCount: arrayCount * size,
              nullCount: arrayCount * size
            )
          ]
        )
      ]
    )
    return (
      MessageEncoder.schemaMessage(Schema(fields: [Field("a", array.type)])),
      MessageEncoder.recordBatch(RecordBatch(DecodedBatch(rowCount: 1, columns: [array])))
    )
  }

  @Test func `a few bytes that mean a billion elements are refused`() async throws {
    let message = Self.list(of: 100_000, size: 10_000)
    let error = await #expect(throws: IngestionError.self) {
      try await self.ingest { stream in
        _ = await stream.send(header: message.schema, body: ByteBuffer())
        _ = await stream.send(header: message.batch.header, body: message.batch.contiguousBody)
        stream.finish()
      }
    }
    #expect(error?.code == .rowTooLarge)
  }

  @Test func `a list of arrays arrives`() async throws {
    let message = Self.list(of: 100, size: 10_000)
    let rowCount = try await self.ingest { stream in
      _ = await stream.send(header: message.schema, body: ByteBuffer())
      _ = await stream.send(header: message.batch.header, body: message.batch.contiguousBody)
      stream.finish()
    }
    #expect(rowCount == 1)
    let sql = "SELECT len(a) FROM t WHERE len(a[100]) = 10_000"
    #expect(try await self.test.integers(sql, in: self.session) == [100])
  }

  /// DuckDB multiplies their sizes without asking whether the product is a number.
  @Test func `arrays of arrays become lists where they are too large together`() async throws {
    var field = Field("a", .null)
    for _ in 0..<4 { field = Field("a", .fixedSizeList(field, size: 65_536)) }
    let schema = MessageEncoder.schemaMessage(Schema(fields: [field]))
    let rowCount = try await self.ingest { stream in
      _ = await stream.send(header: schema, body: ByteBuffer())
      stream.finish()
    }
    #expect(rowCount == 0)
    let sql = """
      SELECT count(*) FROM duckdb_columns()
      WHERE table_name = 't' AND data_type = 'INTEGER[65536][][][]'
      """
    #expect(try await self.test.integers(sql, in: self.session) == [1])
  }
}

extension ByteBuffer {
  fileprivate init(integers: [Int32]) {
    self.init()
    for integer in integers { self.writeInteger(integer, endianness: .little) }
  }
}

extension EncodedMessage {
  fileprivate var contiguousBody: ByteBuffer {
    var body = ByteBuffer()
    for part in self.body { body.writeImmutableBuffer(part) }
    return body
  }
}
