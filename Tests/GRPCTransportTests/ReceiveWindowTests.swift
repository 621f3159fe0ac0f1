import GRPCTransport
import Testing

@Suite struct ReceiveWindowTests {
  @Test func `a window is widened to its size when half of it is used up`() {
    var window = ReceiveWindow(target: 1000)
    #expect(window.changed(to: 1000) == nil)
    #expect(window.changed(to: 501) == nil)
    #expect(window.changed(to: 500) == 500)
    #expect(window.changed(to: 0) == 1000)
  }

  @Test func `a window that begins small is widened at its first use`() {
    var window = ReceiveWindow(target: 16 << 20)
    #expect(window.changed(to: 65_535) == (16 << 20) - 65_535)
  }

  @Test func `a window below nothing is widened too`() {
    var window = ReceiveWindow(target: 1000)
    #expect(window.changed(to: -200) == 1200)
  }

  @Test func `what waits for its reader keeps the window from widening`() {
    var window = ReceiveWindow(target: 1000)
    #expect(window.hold(700) == nil)
    #expect(window.changed(to: 300) == nil)
    #expect(window.hold(600) == nil)
    #expect(window.hold(100) == 600)
    #expect(window.changed(to: 900) == nil)
    #expect(window.hold(0) == nil)
  }

  @Test func `more that waits than the window has room for doesn't narrow it`() {
    var window = ReceiveWindow(target: 1000)
    #expect(window.changed(to: 400) == 600)
    #expect(window.hold(5000) == nil)
    #expect(window.changed(to: 0) == nil)
    #expect(window.hold(0) == 1000)
  }

  @Test func `a new initial size counts for a window that is in use`() {
    var window = ReceiveWindow(target: 1000)
    #expect(window.changed(by: 500) == nil)
    #expect(window.changed(to: 600) == nil)
    #expect(window.changed(by: 300) == nil)
    #expect(window.changed(by: -500) == 600)
  }

  @Test func `nothing is widened for a client that sends no more`() {
    var window = ReceiveWindow(target: 1000)
    #expect(window.hold(1000) == nil)
    window.close()
    #expect(window.changed(to: 0) == nil)
    #expect(window.hold(0) == nil)
  }
}
