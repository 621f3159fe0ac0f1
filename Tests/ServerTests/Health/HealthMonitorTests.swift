import Server
import Testing

struct HealthMonitorTests {
  private let monitor = HealthMonitor(watcherLimit: 2)

  @Test func `A watcher is told the state of now and then its changes alone`() async throws {
    let watch = try #require(self.monitor.watch())
    var states = watch.states.makeAsyncIterator()
    #expect(await states.next() == false)
    self.monitor.expect("a")
    self.monitor.note(.serving, of: "a")
    self.monitor.open()
    #expect(await states.next() == true)
    self.monitor.note(.serving, of: "a")
    self.monitor.drain()
    #expect(await states.next() == false)
    watch.end()
    #expect(await states.next() == nil)
  }

  @Test func `A slow watcher gets the newest state`() async throws {
    let watch = try #require(self.monitor.watch())
    self.monitor.open()
    self.monitor.drain()
    var states = watch.states.makeAsyncIterator()
    #expect(await states.next() == false)
    watch.end()
    #expect(await states.next() == nil)
  }

  @Test func `Watchers are limited, and one that ends makes room`() throws {
    let first = try #require(self.monitor.watch())
    let second = try #require(self.monitor.watch())
    #expect(self.monitor.watch().map { _ in true } == nil)
    first.end()
    first.end()
    let third = try #require(self.monitor.watch())
    #expect(self.monitor.watch().map { _ in true } == nil)
    second.end()
    third.end()
  }
}
