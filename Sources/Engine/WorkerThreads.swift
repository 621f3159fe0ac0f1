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
    /// How many threads are to end because those whose places they took have come back.
    var surplusCount = 0
    var isStopped = false
  }

  /// As deep as a process's first thread: DuckDB compiles nested expressions recursively.
  private static let stackByteCount = 8 << 20

  private let state = Mutex(State())
  private let end = OneTimeEvent()

  init(count: Int) {
    self.state.withLock { $0.runningCount = count }
    for number in 0..<count { self.start("worker-\(number)") }
  }

  private func start(_ name: String) {
    let thread = Thread { self.work() }
    thread.name = name
    thread.stackSize = Self.stackByteCount
    thread.start()
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

  /// Lets one of the threads wait for what others may need a thread for: meanwhile another is in its
  /// place.
  func replaced<Value>(while wait: () throws -> Value) rethrows -> Value {
    self.state.withLock { $0.runningCount += 1 }
    self.start("worker-stand-in")
    defer {
      let idle = self.state.withLock { state in
        let idle = state.idle.popLast()
        if idle == nil { state.surplusCount += 1 }
        return idle
      }
      idle?.signal.signal()
    }
    return try wait()
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
    let (job, isEnd) = self.state.withLock { state -> (Job?, Bool) in
      if state.surplusCount > 0 {
        state.surplusCount -= 1
        return (nil, true)
      }
      if let job = state.jobs.popFirst() { return (job, false) }
      if !state.isStopped { state.idle.append(seat) }
      return (nil, state.isStopped)
    }
    if let job { return job }
    guard !isEnd else { return nil }
    seat.signal.wait()
    return seat.job.withLock { job in
      defer { job = nil }
      return job
    }
  }
}
