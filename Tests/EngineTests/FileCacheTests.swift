import Engine
import Foundation
import Testing

@Suite struct FileCacheTests {
  private static let ranges = "SELECT count(*) FROM duckdb_external_file_cache()"

  @Test func `what has grown too much is emptied, and fills again`() async throws {
    let test = try TestEngine()
    let session = try test.session()
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).parquet")
    defer { try? FileManager.default.removeItem(at: file) }
    try await test.run("COPY (FROM range(1000)) TO '\(file.path)'", in: session)
    let sum = "SELECT sum(range)::BIGINT FROM '\(file.path)'"
    for _ in 1...2 {
      #expect(try await test.integers(sum, in: session) == [499_500])
      let count = try #require(try await test.integers(Self.ranges, in: session).first)
      #expect(count > 0)
      try test.engine.fileCache.limit(to: Int(count))
      #expect(try await test.integers(Self.ranges, in: session) == [count])
      try test.engine.fileCache.limit(to: Int(count) - 1)
      #expect(try await test.integers(Self.ranges, in: session) == [0])
    }
  }

  @Test func `nothing is remembered of a lake in a folder`() async throws {
    try await withTemporaryDirectory { folder in
      let test = try TestEngine {
        $0.lake.dataPath = folder.appending(path: "data").path
        $0.lake.inlinedRowLimit = 0
        $0.isLockedDown = false
      }
      let session = try test.session()
      try await test.run("CREATE TABLE t AS FROM range(1000)", in: session)
      #expect(try await test.integers("SELECT sum(range)::BIGINT FROM t", in: session) == [499_500])
      #expect(try await test.integers(Self.ranges, in: session) == [0])
    }
  }
}
