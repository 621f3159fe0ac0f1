import Engine
import Testing

@Suite struct AnnouncedTransactionsTests {
  /// Tells when its transaction is to be ended.
  private final class Connection: Sendable {
    let ended = AsyncStream<Void>.makeStream()

    func waitForEnd() async {
      for await _ in self.ended.stream { return }
    }
  }

  private static let longAgo = ContinuousClock.now - .seconds(60)

  @Test func `no more wait than may`() {
    let transactions = AnnouncedTransactions<Connection>(limit: 2) { _ in }
    let connections = (0..<3).map { _ in Connection() }
    let inserted = connections.map { transactions.insert($0, since: .now) }
    #expect(inserted == [true, true, false])
    transactions.noteFetch(on: connections[0])
    #expect(transactions.insert(connections[2], since: .now))
    for connection in connections { transactions.remove(connection) }
    #expect(transactions.oldestStart == nil)
  }

  @Test func `a connection at work keeps no other's transaction from its end`() async {
    let busy = Connection()
    let idle = Connection()
    let work = AsyncStream<Void>.makeStream()
    let transactions = AnnouncedTransactions<Connection>(limit: 2) { connection in
      connection.ended.continuation.yield()
      guard connection === busy else { return }
      for await _ in work.stream {}
    }
    #expect(transactions.insert(busy, since: Self.longAgo))
    await busy.waitForEnd()
    #expect(transactions.insert(idle, since: Self.longAgo))
    await idle.waitForEnd()
    for connection in [busy, idle] { transactions.remove(connection) }
    work.continuation.finish()
  }
}
