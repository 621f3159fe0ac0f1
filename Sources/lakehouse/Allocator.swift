#if canImport(Glibc)
internal import CMalloc
internal import Foundation
#endif

/// Sets the process's memory allocator up for results that stream.
enum Allocator {
  #if canImport(Glibc)
  /// Above the size from which glibc, freeing a block, looks whether an arena's end is free.
  private static let probeByteCount = 128 << 10
  private static let trimThreshold: Int32 = 128 << 20

  /// How many glibc makes at most.
  private static let arenasPerProcessor = 8

  /// Of the threads that visit arenas, all at a time.
  private static let threadLimit = 256
  private static let threadStackByteCount = 64 << 10
  /// A system that is out of threads starts none and doesn't say so.
  private static let visitSeconds = 1.0
  #endif

  /// Keeps what record batches and DuckDB's chunks give back for the next ones.
  ///
  /// By default glibc returns blocks of their size to the system at once, and the system clears
  /// each page anew: three times the page faults for a large result.
  static func keepFreedMemory() {
    #if canImport(Glibc)
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, Self.trimThreshold)
    #endif
  }

  /// Gives the system what is kept: for when there is nothing to do.
  ///
  /// `malloc_trim` leaves what is free at the end of an arena, most of it, except for the first
  /// arena's. It is given back where a block is freed there while no threshold holds.
  static func returnFreedMemory() {
    #if canImport(Glibc)
    malloc_trim(0)
    mallopt(M_TRIM_THRESHOLD, 0)
    Self.inEachArena {
      guard let probe = malloc(Self.probeByteCount) else { return }
      // Or else the compiler leaves both calls out.
      explicit_bzero(probe, 1)
      free(probe)
    }
    mallopt(M_TRIM_THRESHOLD, Self.trimThreshold)
    #endif
  }

  #if canImport(Glibc)
  /// Runs `work` in each arena, in some twice.
  ///
  /// A new thread gets an arena that no thread uses, or else the next in turn. So there must be
  /// two for each arena, at the same time.
  private static func inEachArena(_ work: @escaping @Sendable () -> Void) {
    let arenaCount = Self.arenasPerProcessor * ProcessInfo.processInfo.activeProcessorCount
    let count = min(2 * arenaCount, Self.threadLimit)
    let done = DispatchSemaphore(value: 0)
    let leave = DispatchSemaphore(value: 0)
    for _ in 0..<count {
      let thread = Thread {
        work()
        done.signal()
        leave.wait()
      }
      thread.stackSize = Self.threadStackByteCount
      thread.start()
    }
    let deadline = DispatchTime.now() + Self.visitSeconds
    for _ in 0..<count { _ = done.wait(timeout: deadline) }
    for _ in 0..<count { leave.signal() }
  }
  #endif
}
