import Engine
import Testing

@testable import Server

struct IdleWatchTests {
  private static func activity(active: Int = 0, begun: Int = 0, sessions: Int = 0) -> Activity {
    Activity(activeStatementCount: active, begunStatementCount: begun, sessionCount: sessions)
  }

  @Test func `A server comes to rest once after each spell of work`() {
    var watch = IdleWatch()
    let looks = [
      Self.activity(), Self.activity(), Self.activity(), Self.activity(active: 1, begun: 1),
      Self.activity(begun: 1), Self.activity(begun: 1), Self.activity(begun: 1),
    ]
    #expect(looks.map { watch.comesToRest($0) } == [false, true, false, false, false, true, false])
  }

  @Test func `A statement at work is no rest, however long it takes`() {
    var watch = IdleWatch()
    let working = Self.activity(active: 1, begun: 7)
    #expect((0..<3).map { _ in watch.comesToRest(working) } == [false, false, false])
  }

  @Test func `Short statements between two looks are no rest`() {
    var watch = IdleWatch()
    #expect((1...4).map { watch.comesToRest(Self.activity(begun: $0)) }.allSatisfy { !$0 })
  }

  @Test func `A server comes to rest again once sessions have ended`() {
    var watch = IdleWatch()
    let looks = [3, 3, 0, 0].map { Self.activity(begun: 9, sessions: $0) }
    #expect(looks.map { watch.comesToRest($0) } == [false, true, false, true])
  }
}
