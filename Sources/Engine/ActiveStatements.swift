internal import Synchronization

/// The statements at work, so that all of them can be stopped.
final class ActiveStatements: Sendable {
  private struct State {
    var cancellations: [ObjectIdentifier: Cancellation] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())

  var count: Int { self.state.withLock { $0.cancellations.count } }

  func insert(_ cancellation: Cancellation) {
    let isClosed = self.state.withLock { state in
      state.cancellations[ObjectIdentifier(cancellation)] = cancellation
      return state.isClosed
    }
    if isClosed { cancellation.cancel() }
  }

  func remove(_ cancellation: Cancellation) {
    self.state.withLock { _ = $0.cancellations.removeValue(forKey: ObjectIdentifier(cancellation)) }
  }

  /// Cancels every statement at work, and those that come later.
  func cancelAll() {
    let cancellations = self.state.withLock { state in
      state.isClosed = true
      return Array(state.cancellations.values)
    }
    for cancellation in cancellations { cancellation.cancel() }
  }
}
