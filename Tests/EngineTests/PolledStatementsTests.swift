import Auth
import Engine
import Testing

@Suite struct PolledStatementsTests {
  private static let limit = 3
  private static let share = 2
  private static let ann = Principal(name: "ann", role: .user)
  private static let bob = Principal(name: "bob", role: .user)

  private let test: TestEngine

  init() throws {
    self.test = try TestEngine {
      $0.polledStatementLimit = Self.limit
      $0.polledStatementsPerPrincipal = Self.share
    }
  }

  private func pollEndless(in session: Session) throws -> PolledStatement {
    try session.poll(CancellationTests.endless)
  }

  @Test func `a principal has no more than a share of the places`() throws {
    // All sessions of a principal count.
    let anns = try [self.test.session(of: Self.ann), self.test.session(of: Self.ann)]
    let bobs = try self.test.session(of: Self.bob)
    for session in anns { _ = try self.pollEndless(in: session) }
    let tooManyOfOne = #expect(throws: EngineError.self) { try self.pollEndless(in: anns[0]) }
    #expect(tooManyOfOne == .tooManyPolledStatementsOfPrincipal(limit: Self.share))
    _ = try self.pollEndless(in: bobs)
    let tooMany = #expect(throws: EngineError.self) { try self.pollEndless(in: bobs) }
    #expect(tooMany == .tooManyPolledStatements(limit: Self.limit))
    for session in anns + [bobs] { self.test.engine.sessions.close(session) }
  }

  @Test func `a principal's own result makes room for its next statement`() async throws {
    let anns = try self.test.session(of: Self.ann)
    let bobs = try self.test.session(of: Self.bob)
    let kept = try bobs.poll("SELECT 1")
    await kept.wait(atMost: .seconds(60))
    var results: [PolledStatement] = []
    for number in 0...Self.share {
      results.append(try anns.poll("SELECT \(number)"))
      await results[number].wait(atMost: .seconds(60))
    }
    #expect(throws: EngineError.unknownPolledStatement) {
      try self.test.engine.polled(results[0].handle, for: Self.ann)
    }
    for result in results[1...] {
      #expect(try self.test.engine.polled(result.handle, for: Self.ann).statement === result)
    }
    #expect(try self.test.engine.polled(kept.handle, for: Self.bob).statement === kept)
  }
}
