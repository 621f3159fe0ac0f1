#if canImport(Glibc)
internal import CMalloc
#endif

/// Sets the process's memory allocator up for results that stream.
enum Allocator {
  /// Keeps what record batches and DuckDB's chunks give back for the next ones.
  ///
  /// By default glibc returns blocks of their size to the system at once, and the system clears
  /// each page anew: three times the page faults for a large result.
  static func keepFreedMemory() {
    #if canImport(Glibc)
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, 128 << 20)
    #endif
  }
}
