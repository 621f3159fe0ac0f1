/// One who is told when a server begins and ceases to serve.
package struct HealthWatch: Sendable {
  /// Whether the server is serving: now, and whenever that changes.
  package let states: AsyncStream<Bool>
  private let onEnd: @Sendable () -> Void

  init(states: AsyncStream<Bool>, onEnd: @escaping @Sendable () -> Void) {
    self.states = states
    self.onEnd = onEnd
  }

  /// Makes room for another watcher; ``states`` ends.
  package func end() { self.onEnd() }
}
