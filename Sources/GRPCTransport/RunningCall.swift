import GRPCCore
import Synchronization

/// A handler at work, and the ways to cancel it.
///
/// They are known when the handler has begun, so a cancellation may come before them.
final class RunningCall: Sendable {
  private struct State {
    var cancellationHandlers: [@Sendable () -> Void] = []
    var task: Task<Void, Never>?
    var isCancelled = false
    var isEnded = false
  }

  private let state = Mutex(State())

  func onCancel(_ handler: @escaping @Sendable () -> Void) {
    let isCancelled = state.withLock { state in
      if !state.isCancelled { state.cancellationHandlers.append(handler) }
      return state.isCancelled
    }
    if isCancelled { handler() }
  }

  func attach(_ task: Task<Void, Never>) {
    let isCancelled = state.withLock { state in
      if !state.isEnded { state.task = task }
      return state.isCancelled
    }
    if isCancelled { task.cancel() }
  }

  /// Lets go of the task, which lets go of this.
  func end() {
    state.withLock { state in
      state.isEnded = true
      state.task = nil
      state.cancellationHandlers = []
    }
  }

  func cancel() {
    let (handlers, task) = state.withLock { state in
      state.isCancelled = true
      defer { state.cancellationHandlers = [] }
      return (state.cancellationHandlers, state.task)
    }
    for handler in handlers { handler() }
    task?.cancel()
  }
}
