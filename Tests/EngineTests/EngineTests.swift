import Auth
import DuckDB
import Engine
import Foundation
import Testing

@Suite struct EngineTests {
  @Test func `a closed database has everything in its file`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "test.duckdb").path
      let test = try TestEngine { $0.databasePath = path }
      try await test.run("CREATE TABLE t AS FROM range(1000)", in: try test.session())
      try await test.engine.close()
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(names == ["test.duckdb"])
      let again = try TestEngine {
        $0.databasePath = path; $0.isReadOnly = true
      }
      let session = try again.session()
      #expect(try await again.integers("SELECT count(*) FROM t", in: session) == [1000])
      await #expect(throws: DuckDBError.self) { try await again.run("DROP TABLE t", in: session) }
      try await again.engine.close()
    }
  }

  @Test func `the initial SQL runs before the first session`() async throws {
    let test = try TestEngine {
      $0.initialSQL = [
        "CREATE TABLE t (n BIGINT)", "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)",
      ]
      .map { InitialSQL(source: "test", text: $0) }
    }
    #expect(try await test.integers("FROM t", in: try test.session()) == [1, 2])
    let error = #expect(throws: DuckDBError.self) {
      try TestEngine { $0.initialSQL = [InitialSQL(source: "here", text: "SELEC")] }
    }
    #expect(error?.message.hasPrefix("here: Parser Error") == true)
  }

  @Test func `results that nobody fetches are dropped, the oldest first`() async throws {
    let test = try TestEngine { $0.unfetchedResultLimit = 2 }
    let session = try test.session()
    var handles: [Handle] = []
    for number in 1...3 {
      let announced = try await session.announce(
        "SELECT \(number)::BIGINT",
        cancellation: Cancellation()
      )
      handles.append(announced.handle)
    }
    #expect(test.engine.unfetchedResultCount == 2)
    #expect(throws: EngineError.unknownTicket) { try test.engine.fetch(handles[0]) }
    #expect(try await test.engine.fetch(handles[1]).remainingIntegers() == [2])
    #expect(try await test.engine.fetch(handles[2]).remainingIntegers() == [3])
  }

  @Test func `results that nobody fetches drop none of other principals`() async throws {
    let test = try TestEngine { $0.unfetchedResultLimit = 4 }
    func announce(_ name: String) async throws -> Handle {
      let session = try test.session(of: Principal(name: name, role: .user))
      return try await session.announce("SELECT 1::BIGINT", cancellation: Cancellation()).handle
    }
    let first = try await announce("anna")
    for _ in 1...5 { _ = try await announce("bo") }
    let last = try await announce("anna")
    #expect(test.engine.unfetchedResultCount == 4)
    for handle in [first, last] {
      let stream = try test.engine.fetch(handle, for: Principal(name: "anna", role: .user))
      #expect(try await stream.remainingIntegers() == [1])
    }
  }

  @Test func `results that nobody fetches expire`() async throws {
    let test = try TestEngine { $0.unfetchedResultLifetime = .zero }
    let announced = try await test.session().announce("SELECT 1", cancellation: Cancellation())
    #expect(throws: EngineError.unknownTicket) { try test.engine.fetch(announced.handle) }
    test.engine.removeExpired()
    #expect(test.engine.unfetchedResultCount == 0)
  }

  @Test func `messages don't tell where the server keeps its files`() async throws {
    try await withTemporaryDirectory { directory in
      let test = try TestEngine { configuration in
        configuration.databasePath = directory.appending(path: "test.duckdb").path
        configuration.extensionDirectory = directory.appending(path: "extensions").path
      }
      let session = try test.session()
      let error = await #expect(throws: DuckDBError.self) {
        try await test.run("LOAD nothing", in: session)
      }
      let message = try #require(error?.message)
      #expect(message.contains("nothing"))
      #expect(!message.contains(directory.path))
      try await test.engine.close()
    }
  }
}
