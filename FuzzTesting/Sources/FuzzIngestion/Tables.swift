import ArrowIPC
import Dispatch
import DuckDB
import Engine
import FuzzDriver
import NIOCore

/// Ingests messages into a table as the server does, and counts what is in it.
final class Tables {
  /// What an asynchronous call comes to; the semaphore orders what happens to it.
  private final class Outcome: @unchecked Sendable {
    var result: Result<Int, any Error> = .success(0)
  }

  private static let table = "ingested"

  static var ready: Tables {
    do {
      return try Tables()
    } catch {
      fatalError("\(error)")
    }
  }

  private let engine: Engine
  private let session: Session

  private init() throws {
    var configuration = EngineConfiguration()
    configuration.workerCount = 2
    configuration.threadCount = 1
    self.engine = try Engine(configuration)
    self.session = try self.engine.sessions.session(id: nil, connection: 1).session
  }

  /// Whether they are refused or not, nothing of them may be lost or there twice.
  func insert(_ messages: [WireMessage], rowCount: Int) {
    do {
      let inserted = try self.wait { try await Self.ingest(messages, in: $1) }
      require(inserted == rowCount, "\(inserted) of \(rowCount) rows are inserted")
      let count = try self.wait { try await Self.rowCount(in: $1, of: $0) }
      require(count == rowCount, "\(count) of \(rowCount) rows are there")
    } catch let error as DuckDBError {
      require(error.code != .internalError && error.code != .fatal, error.message)
    } catch {
      require(!"\(error)".contains("INTERNAL"), "\(error)")
    }
  }

  private static func ingest(_ messages: [WireMessage], in session: Session) async throws -> Int {
    let stream = IngestionStream(byteLimit: .max, within: ByteBudget(limit: .max))
    for message in messages { _ = await stream.send(header: message.header, body: message.body) }
    stream.finish()
    return try await session.ingest(
      stream,
      into: IngestionTarget(table: Self.table, ifMissing: .create, ifExisting: .replace),
      cancellation: Cancellation()
    )
  }

  private static func rowCount(in session: Session, of engine: Engine) async throws -> Int {
    let sql = "SELECT * FROM \(Self.table)"
    let announced = try await session.announce(sql, cancellation: Cancellation())
    let stream = try engine.fetch(announced.handle)
    var count = 0
    while let step = try await stream.next() { count += step.batch?.rowCount ?? 0 }
    return count
  }

  private func wait(
    _ body: @escaping @Sendable (Engine, Session) async throws -> Int
  ) throws -> Int {
    let done = DispatchSemaphore(value: 0)
    let outcome = Outcome()
    let (engine, session) = (self.engine, self.session)
    Task.detached {
      do {
        outcome.result = .success(try await body(engine, session))
      } catch {
        outcome.result = .failure(error)
      }
      done.signal()
    }
    done.wait()
    return try outcome.result.get()
  }
}
