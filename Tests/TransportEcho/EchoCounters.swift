import Synchronization

/// What the tests ask about after the fact.
final class EchoCounters: Sendable {
  let running = Atomic<Int>(0)
  let cancelled = Atomic<Int>(0)
  let closedConnections = Atomic<Int>(0)
  let sentMessages = Atomic<Int>(0)

  var summary: String {
    let values = [
      "running=\(running.load(ordering: .relaxed))",
      "cancelled=\(cancelled.load(ordering: .relaxed))",
      "closed=\(closedConnections.load(ordering: .relaxed))",
      "sent=\(sentMessages.load(ordering: .relaxed))",
    ]
    return values.joined(separator: " ")
  }
}
