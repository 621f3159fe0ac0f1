import ArrowIPC
import Auth
import Engine
import Foundation
import NIOCore

/// An engine in memory and what tests do with it.
struct TestEngine {
  let engine: Engine

  init(_ change: (inout EngineConfiguration) -> Void = { _ in }) throws {
    var configuration = EngineConfiguration()
    change(&configuration)
    self.engine = try Engine(configuration)
  }

  /// A session of its own, as a client on a connection of its own has it.
  func session(
    connection: UInt64 = .random(in: 1 ... .max),
    of principal: Principal = .anonymous
  ) throws -> Session {
    try self.engine.sessions.session(
      id: nil,
      connection: connection,
      principal: principal
    ).session
  }

  /// Announces the result of a text and takes it from its ticket.
  func stream(_ sql: String, in session: Session) async throws -> ResultStream {
    let announced = try await session.announce(sql, cancellation: Cancellation())
    return try self.engine.fetch(announced.handle)
  }

  /// The first column of a result, whose values are BIGINT.
  func integers(_ sql: String, in session: Session) async throws -> [Int64] {
    try await self.stream(sql, in: session).remainingIntegers()
  }

  func run(_ sql: String, in session: Session) async throws {
    _ = try await session.update(sql, cancellation: Cancellation())
  }
}

extension ResultStream {
  func remainingIntegers() async throws -> [Int64] {
    var values: [Int64] = []
    while let step = try await self.next() {
      values += try self.integers(in: step)
    }
    return values
  }

  /// Decodes a part of a result as a client does.
  func integers(in step: ResultStep) throws -> [Int64] {
    guard let batch = step.batch else { return [] }
    var decoder = StreamDecoder()
    _ = try decoder.decode(
      header: MessageEncoder.schemaMessage(self.schema),
      body: ByteBuffer()
    )
    var body = ByteBuffer()
    for part in batch.body { body.writeImmutableBuffer(part) }
    guard case .batch(let decoded) = try decoder.decode(header: batch.header, body: body) else {
      return []
    }
    var buffer = decoded.columns[0].buffers[1]
    return (0..<decoded.rowCount).compactMap { _ in
      buffer.readInteger(endianness: .little, as: Int64.self)
    }
  }
}

/// A folder that is gone when `body` returns.
func withTemporaryDirectory<Value>(
  _ body: (URL) async throws -> Value
) async throws -> Value {
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "lakehouse-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}
