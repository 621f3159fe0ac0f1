import Auth
import DuckDB
import Engine
import Testing

@Suite struct SessionRegistryTests {
  let test: TestEngine
  var sessions: SessionRegistry { self.test.engine.sessions }

  init() throws {
    self.test = try TestEngine { $0.sessionLimit = 3 }
  }

  @Test func `a client without an id is known by its connection`() throws {
    let first = try self.sessions.session(id: nil, connection: 1)
    let again = try self.sessions.session(id: nil, connection: 1)
    let other = try self.sessions.session(id: nil, connection: 2)
    #expect(first.isNew && first.isFirstCall)
    #expect(!again.isNew && !again.isFirstCall)
    #expect(again.session === first.session)
    #expect(other.session !== first.session)
  }

  @Test func `a client is known by its id on any connection`() throws {
    let first = try self.sessions.session(id: nil, connection: 1).session
    #expect(try self.sessions.session(id: first.id, connection: 2).session === first)
    self.sessions.connectionClosed(1)
    #expect(try self.sessions.session(id: first.id, connection: 3).session === first)
  }

  @Test func `clients that share a connection have sessions of their own`() throws {
    let first = try self.sessions.session(id: nil, connection: 1).session
    _ = try self.sessions.session(id: first.id, connection: 1)
    let second = try self.sessions.session(id: nil, connection: 1)
    #expect(second.isNew)
    #expect(second.session !== first)
  }

  @Test func `an anonymous session ends with its connection`() async throws {
    let session = try self.sessions.session(id: nil, connection: 1).session
    try await self.test.run("CREATE TABLE t (n INTEGER); BEGIN; DROP TABLE t", in: session)
    self.sessions.connectionClosed(1)
    #expect(self.sessions.count == 0)
    await #expect(throws: EngineError.sessionClosed) {
      try await self.test.run("COMMIT", in: session)
    }
    // Its transaction was rolled back: the table is there.
    try await self.test.run("FROM t", in: try self.test.session())
  }

  @Test func `an unknown id gets a new session, and keeps it`() throws {
    let id = Handle()
    let found = try self.sessions.session(id: id, connection: 1)
    #expect(found.isNew)
    let again = try self.sessions.session(id: id, connection: 2)
    #expect(!again.isNew && again.session === found.session)
    #expect(self.sessions.count == 1)
  }

  @Test func `principals that share a connection have sessions of their own`() throws {
    let ada = Principal(name: "ada", role: .user)
    let bob = Principal(name: "bob", role: .reader)
    let first = try self.sessions.session(id: nil, connection: 1, principal: ada).session
    let second = try self.sessions.session(id: nil, connection: 1, principal: bob).session
    #expect(first !== second)
    #expect(try self.sessions.session(id: nil, connection: 1, principal: ada).session === first)
    self.sessions.connectionClosed(1)
    #expect(self.sessions.count == 0)
  }

  @Test func `the id of another principal's session is unknown`() throws {
    let ada = Principal(name: "ada", role: .user)
    let bob = Principal(name: "bob", role: .user)
    let session = try self.sessions.session(id: nil, connection: 1, principal: ada).session
    let found = try self.sessions.session(id: session.id, connection: 2, principal: bob)
    #expect(found.isNew)
    #expect(found.session !== session)
  }

  @Test func `there are no more sessions than the limit`() throws {
    for connection in 1...3 as ClosedRange<UInt64> {
      _ = try self.sessions.session(id: nil, connection: connection)
    }
    #expect(throws: EngineError.tooManySessions(limit: 3)) {
      try self.sessions.session(id: nil, connection: 4)
    }
    self.sessions.connectionClosed(1)
    _ = try self.sessions.session(id: nil, connection: 4)
  }

  @Test func `sessions of calls without ids make room, and end with their connection`() throws {
    let named = try self.sessions.session(id: nil, connection: 1).session
    _ = try self.sessions.session(id: named.id, connection: 1)
    let nameless = try self.sessions.session(id: nil, connection: 1).session
    for _ in 1...4 {
      #expect(try self.sessions.session(id: nil, connection: 1).isNew)
    }
    #expect(self.sessions.count == 3)
    #expect(try self.sessions.session(id: nameless.id, connection: 1).isNew)
    #expect(try self.sessions.session(id: named.id, connection: 1).session === named)
    self.sessions.connectionClosed(1)
    // Of those whose ids have been sent.
    #expect(self.sessions.count == 2)
    #expect(try self.sessions.session(id: named.id, connection: 2).session === named)
  }

  @Test func `sessions of calls without ids make no room while they are used, nor for others`()
    throws
  {
    let named = try self.sessions.session(id: nil, connection: 1).session
    _ = try self.sessions.session(id: named.id, connection: 1)
    let used = try [
      self.sessions.session(id: nil, connection: 1), self.sessions.session(id: nil, connection: 1),
    ]
    #expect(throws: EngineError.tooManySessions(limit: 3)) {
      try self.sessions.session(id: nil, connection: 1)
    }
    #expect(throws: EngineError.tooManySessions(limit: 3)) {
      try self.sessions.session(
        id: nil,
        connection: 1,
        principal: Principal(name: "ada", role: .user)
      )
    }
    for found in used {
      #expect(try !self.sessions.session(id: found.session.id, connection: 1).isNew)
    }
  }

  @Test func `a closed session has given back its results`() async throws {
    let session = try self.test.session()
    _ = try await session.announce("SELECT 1", cancellation: Cancellation())
    #expect(self.test.engine.unfetchedResultCount == 1)
    self.sessions.close(session)
    #expect(self.test.engine.unfetchedResultCount == 0)
  }
}
