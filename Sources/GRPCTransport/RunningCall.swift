import GRPCCore
import Synchronization

/// A handler at work, and the way to cancel it.
///
/// GRPCCore makes the cancellation handle inside the task, so a cancellation may come before it.
final class RunningCall: Sendable {
  private struct State {
    var handle: ServerContext.RPCCancellationHandle?
    var task: Task<Void, Never>?
    var isCancelled = false
    var isEnded = false
  }

  private let state = Mutex(State())

  func attach(_ handle: ServerContext.RPCCancellationHandle) {
    let isCancelled = state.withLock { state in
      state.handle = handle
      return state.isCancelled
    }
    if isCancelled { handle.cancel() }
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
      state.handle = nil
    }
  }

  func cancel() {
    let (handle, task) = state.withLock { state in
      state.isCancelled = true
      return (state.handle, state.task)
    }
    handle?.cancel()
    task?.cancel()
  }
}
