import NIOCore

/// Runs a task's jobs on an event loop, so that a small call never leaves its connection's thread.
///
/// NIO's event loops are serial executors, which actors can use; a task's preference needs a
/// `TaskExecutor`.
final class EventLoopTaskExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedTaskExecutor()
    eventLoop.execute { [self] in
      job.runSynchronously(on: executor)
      withExtendedLifetime(self) {}
    }
  }
}
