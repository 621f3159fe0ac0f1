import Testing

@testable import Engine

struct DataVersionTests {
  @Test func `a version is settled until a change begins`() {
    let data = DataVersion()
    let version = data.settled
    #expect(version == data.current)
    #expect(data.beginChange() == version)
    #expect(data.current != version)
    #expect(data.settled == nil)
  }

  @Test func `after all changes there is another settled version`() {
    let data = DataVersion()
    let before = data.settled
    _ = data.beginChange()
    _ = data.beginChange()
    data.endChange()
    #expect(data.settled == nil)
    data.endChange()
    #expect(data.settled != nil)
    #expect(data.settled != before)
  }
}
