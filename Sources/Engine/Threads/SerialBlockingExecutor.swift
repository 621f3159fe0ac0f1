internal import DequeModule
internal import Synchronization

/// Runs an actor on threads that may block, one job at a time.
///
/// Swift's own pool has one thread per core, so a DuckDB call on it would stall every other
/// request. Connections share ``WorkerThreads`` instead and hold one only while DuckDB is working:
/// a result that waits for a slow client holds none. After each job the connection goes to the end
/// of the threads' queue, so that busy ones take turns.
final class SerialBlockingExecutor: SerialExecutor {
  private struct State {
    var jobs: Deque<UnownedJob> = []
    var isScheduled = false
  }

  private let threads: WorkerThreads
  private let state = Mutex(State())

  init(threads: WorkerThreads) {
    self.threads = threads
  }

  /// Whether there are jobs that wait or run.
  var isOccupied: Bool { self.state.withLock { $0.isScheduled } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustSchedule = self.state.withLock { state in
      state.jobs.append(job)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if mustSchedule {
      // Stopped threads still call back, on this one: the job must run for its task to finish.
      self.threads.submit { self.runNext() }
    }
  }

  private func runNext() {
    let job = self.state.withLock { $0.jobs.removeFirst() }
    unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
    let hasMore = self.state.withLock { state in
      state.isScheduled = !state.jobs.isEmpty
      return state.isScheduled
    }
    if hasMore {
      self.threads.submitAtEnd { self.runNext() }
    }
  }
}
