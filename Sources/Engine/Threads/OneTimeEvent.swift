internal import Synchronization

/// Something that happens once, and that any number of tasks may wait for.
final class OneTimeEvent: Sendable {
  private struct State {
    var hasOccurred = false
    var waiting: [Int: AsyncStream<Never>.Continuation] = [:]
    var waitCount = 0
  }

  private let state = Mutex(State())

  var hasOccurred: Bool { self.state.withLock { $0.hasOccurred } }

  func occur() {
    let waiting = self.state.withLock { state in
      state.hasOccurred = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.finish() }
  }

  /// Waits for the event, or for the task to be cancelled.
  func wait() async {
    // A stream that only ever ends: waiting for its end ends with the task as well.
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    let key = self.state.withLock { state -> Int? in
      guard !state.hasOccurred else { return nil }
      state.waitCount += 1
      state.waiting[state.waitCount] = continuation
      return state.waitCount
    }
    guard let key else { return }
    for await _ in stream {}
    self.state.withLock { _ = $0.waiting.removeValue(forKey: key) }
  }

  /// Waits for the event no longer than `limit`.
  ///
  /// - Returns: Whether it has occurred.
  func wait(atMost limit: Duration) async -> Bool {
    await withTaskGroup { group in
      group.addTask { await self.wait() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
    return self.hasOccurred
  }
}
