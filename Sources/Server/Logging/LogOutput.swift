internal import Dispatch
internal import Foundation
internal import Logging
internal import Synchronization

/// Writes log lines to standard error, on a thread of its own.
///
/// Whoever logs only appends to a buffer: nobody waits for whoever reads the log. If that doesn't
/// keep up, lines are dropped, and their number is told once it does.
final class LogOutput: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var isScheduled = false
    var droppedCount = 0
  }

  /// How long lines gather after others were written: waking the thread for each line would cost a
  /// small call more than all else that is done for its line.
  private static let batchInterval = DispatchTimeInterval.milliseconds(50)

  /// How long a flush waits for whoever reads the log: a server that ends must not hang there.
  private static let flushLimit = DispatchTimeInterval.seconds(1)

  private let format: LogFormat
  private let byteLimit: Int
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "log")
  private let state = Mutex(State())

  /// - Parameter bufferByteCount: How much may wait to be written.
  init(format: LogFormat, bufferByteCount: Int, descriptor: Int32 = STDERR_FILENO) {
    self.format = format
    self.byteLimit = bufferByteCount
    self.descriptor = descriptor
  }

  func write(_ line: consuming LogLine) {
    let bytes = line.finished()
    let mustSchedule = self.state.withLock { state in
      guard state.buffer.count + bytes.count <= self.byteLimit else {
        state.droppedCount += 1
        return false
      }
      state.buffer.append(contentsOf: bytes)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if mustSchedule { self.queue.async { self.drain() } }
  }

  /// Returns when all lines so far have been written, or if nobody reads them.
  func flush() {
    let isWritten = DispatchSemaphore(value: 0)
    self.queue.async {
      while self.writeWaiting(unscheduling: false) {}
      isWritten.signal()
    }
    _ = isWritten.wait(timeout: .now() + Self.flushLimit)
  }

  /// Writes what waits, and looks again after a while.
  private func drain() {
    guard self.writeWaiting(unscheduling: true) else { return }
    self.queue.asyncAfter(deadline: .now() + Self.batchInterval) { self.drain() }
  }

  /// - Parameter unscheduling: Whether the next line is to start a drain if none waits now.
  /// - Returns: Whether there was anything to write.
  private func writeWaiting(unscheduling: Bool) -> Bool {
    let (buffer, droppedCount) = self.state.withLock { state in
      defer {
        state.buffer = []
        state.droppedCount = 0
      }
      if state.buffer.isEmpty, unscheduling { state.isScheduled = false }
      return (state.buffer, state.droppedCount)
    }
    self.writeAll(buffer)
    if droppedCount > 0 {
      var line = LogLine(
        self.format,
        level: .warning,
        component: LogComponent.server.rawValue,
        message: "log lines were dropped: nobody read them fast enough"
      )
      line.add("count", droppedCount)
      self.writeAll(line.finished())
    }
    return !buffer.isEmpty
  }

  private func writeAll(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Foundation.write(
          self.descriptor,
          UnsafeRawBufferPointer(rebasing: rest).baseAddress,
          rest.count
        )
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var poll = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
          _ = Foundation.poll(&poll, 1, -1)
        } else if errno != EINTR {
          // There is nowhere to tell it.
          return
        }
      }
    }
  }
}
