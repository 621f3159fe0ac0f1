import GRPCTransport
import Testing

@Suite struct WriteBacklogTests {
  @Test func `there is room up to the high water mark, and again below the low one`() {
    var backlog = WriteBacklog(highWaterMark: 100, lowWaterMark: 50)
    #expect(backlog.hasRoom)
    backlog.wrote(100)
    #expect(backlog.hasRoom)
    backlog.wrote(1)
    #expect(!backlog.hasRoom)
    #expect(backlog.sent(51) == false)
    #expect(!backlog.hasRoom)
    #expect(backlog.sent(1) == true)
    #expect(backlog.hasRoom)
    #expect(backlog.sent(49) == false)
  }

  @Test func `what is sent while there is room makes none`() {
    var backlog = WriteBacklog(highWaterMark: 100, lowWaterMark: 50)
    backlog.wrote(80)
    #expect(backlog.sent(80) == false)
    #expect(backlog.hasRoom)
  }

  @Test func `one large write fills the backlog until it has left`() {
    var backlog = WriteBacklog(highWaterMark: 100, lowWaterMark: 50)
    backlog.wrote(1000)
    #expect(!backlog.hasRoom)
    #expect(backlog.sent(900) == false)
    #expect(backlog.sent(60) == true)
  }
}
