internal import DequeModule
internal import Foundation
internal import Synchronization

/// The threads that may block: those on which DuckDB is called.
///
/// Jobs run in the order in which they came. Of several idle threads the one that worked last gets
/// the next job, since its stack and what its allocator keeps are still in the processor's caches;
/// and it is handed the job itself, so that nobody competes for a lock when it wakes up.
final class WorkerThreads: Sendable {
  typealias Job = @Sendable () -> Void

  /// Where an idle thread waits.
  private final class Seat: Sendable {
    let job = Mutex<Job?>(nil)
    let signal = DispatchSemaphore(value: 0)
  }

  private struct State {
    var jobs: Deque<Job> = []
    /// The last is the one that has worked last.
    var idle: [Seat] = []
    var runningCount = 0
    var isStopped = false
  }

  /// As deep as a process's first thread: DuckDB compiles nested expressions recursively.
  private static let stackByteCount = 8 << 20

  private let state = Mutex(State())
  private let end = OneTimeEvent()

  init(count: Int) {
    self.state.withLock { $0.runningCount = count }
    for number in 0..<count {
      let thread = Thread { self.work() }
      thread.name = "worker-\(number)"
      thread.stackSize = Self.stackByteCount
      thread.start()
    }
  }

  /// Has a thread run `job` once one is free.
  ///
  /// When the threads have been stopped, it runs before this returns.
  func submit(_ job: @escaping Job) {
    let (seat, isStopped) = self.state.withLock { state -> (Seat?, Bool) in
      guard !state.isStopped else { return (nil, true) }
      if let seat = state.idle.popLast() { return (seat, false) }
      state.jobs.append(job)
      return (nil, false)
    }
    if let seat {
      seat.job.withLock { $0 = job }
      seat.signal.signal()
    } else if isStopped {
      job()
    }
  }

  /// Has a thread run `job`, without waking one: the caller is one of them, and at the end of its job.
  ///
  /// Jobs that have waited for longer come first.
  func submitAtEnd(_ job: @escaping Job) {
    let isStopped = self.state.withLock { state in
      if !state.isStopped { state.jobs.append(job) }
      return state.isStopped
    }
    if isStopped { job() }
  }

  /// Ends the threads when all jobs so far have run.
  func stop() async {
    let idle = self.state.withLock { state in
      defer { state.idle = [] }
      state.isStopped = true
      return state.idle
    }
    for seat in idle { seat.signal.signal() }
    await self.end.wait()
  }

  private func work() {
    let seat = Seat()
    while let job = self.next(seat) { job() }
    let isLast = self.state.withLock { state in
      state.runningCount -= 1
      return state.runningCount == 0
    }
    if isLast { self.end.occur() }
  }

  /// Waits for a job; `nil` ends the thread.
  private func next(_ seat: Seat) -> Job? {
    let (job, isStopped) = self.state.withLock { state -> (Job?, Bool) in
      if let job = state.jobs.popFirst() { return (job, false) }
      if !state.isStopped { state.idle.append(seat) }
      return (nil, state.isStopped)
    }
    if let job { return job }
    guard !isStopped else { return nil }
    seat.signal.wait()
    return seat.job.withLock { job in
      defer { job = nil }
      return job
    }
  }
}
