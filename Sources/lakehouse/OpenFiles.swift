#if canImport(Glibc)
internal import Glibc
#endif

/// The process's limit on open files, which every connection takes one of.
enum OpenFiles {
  /// Raises the limit to what the system allows: many start processes with 1,024.
  static func raiseLimit() {
    #if canImport(Glibc)
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // The old limit stays where the system refuses.
    _ = setrlimit(resource, &limit)
    #endif
  }
}
