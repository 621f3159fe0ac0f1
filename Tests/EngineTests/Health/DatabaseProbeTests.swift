import Engine
import Testing

struct DatabaseProbeTests {
  @Test(arguments: [ProbeQuestion.database, .catalogs])
  func `A database that works is found well again and again`(question: ProbeQuestion) async throws {
    let probe = try TestEngine().engine.probe(question)
    for _ in 0..<3 { try await probe.check() }
  }

  @Test func `A check whose task is cancelled ends`() async throws {
    let probe = try TestEngine().engine.probe(.database)
    let check = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await probe.check()
    }
    await #expect(throws: (any Error).self) { try await check.value }
  }
}
