#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Waits longer and longer while there is nothing to do: the C API has no call that would wait
/// for the tasks other threads are working on.
///
/// Each wait is about an eighth of all before it: what happens meanwhile is noticed late by that
/// part of the time it took, or by a millisecond at most.
struct Backoff {
  private static let shortestNanoseconds = 20_000
  private static let longestNanoseconds = 1_000_000

  private var nanoseconds = Backoff.shortestNanoseconds

  mutating func wait() {
    var duration = timespec(tv_sec: 0, tv_nsec: self.nanoseconds)
    unsafe nanosleep(&duration, nil)
    self.nanoseconds = min(self.nanoseconds + self.nanoseconds / 8, Self.longestNanoseconds)
  }
}
