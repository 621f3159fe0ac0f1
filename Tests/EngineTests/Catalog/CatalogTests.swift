import ArrowIPC
import Engine
import Testing

@Suite struct CatalogTests {
  static let catalogs = Schema(fields: [Field("catalog_name", .utf8, isNullable: false)])

  @Test func `the result has the schema it was asked for`() async throws {
    let session = try TestEngine().session()
    let stream = try await session.list(
      .catalogs,
      as: Self.catalogs,
      cancellation: Cancellation()
    )
    #expect(stream.schema == Self.catalogs)
    #expect(try await stream.next()?.batch != nil)
  }

  @Test func `a cancelled question is not answered`() async throws {
    let session = try TestEngine().session()
    let cancellation = Cancellation()
    cancellation.cancel()
    await #expect(throws: (any Error).self) {
      try await session.list(.catalogs, as: Self.catalogs, cancellation: cancellation)
    }
  }

  @Test func `a closed session answers nothing`() async throws {
    let engine = try TestEngine()
    let session = try engine.session()
    engine.engine.sessions.close(session)
    await #expect(throws: EngineError.sessionClosed) {
      try await session.list(.catalogs, as: Self.catalogs, cancellation: Cancellation())
    }
  }

  @Test func `every column of every table is described once`() async throws {
    let engine = try TestEngine()
    let session = try engine.session()
    try await engine.run(
      "CREATE TABLE b (x INTEGER, y DECIMAL(5, 1)); CREATE TABLE a (z DATE)",
      in: session
    )
    let described = Described()
    _ = try await session.listTables(
      TableFilter(),
      as: Self.catalogs,
      fieldMetadata: { column in
        described.append(column)
        return []
      },
      cancellation: Cancellation()
    )
    let columns = described.columns
    #expect(columns.map(\.table) == ["a", "b", "b"])
    #expect(columns.map(\.typeName) == ["DATE", "INTEGER", "DECIMAL(5,1)"])
    #expect(columns.map(\.precision) == [nil, 10, 5])
    #expect(columns.map(\.scale) == [nil, 0, 1])
  }

  @Test func `the words of SQL are known once asked for`() async throws {
    let engine = try TestEngine()
    let first = try await engine.session().vocabulary(cancellation: Cancellation())
    let cancelled = Cancellation()
    cancelled.cancel()
    // Remembered: otherwise the cancellation would stop it.
    #expect(try await engine.session().vocabulary(cancellation: cancelled) == first)
    #expect(first.keywords.contains("select"))
  }
}
