#if canImport(Glibc)
internal import Glibc
#endif

/// The files that the process has open, and its limit on them: every connection takes one.
enum OpenFiles {
  /// Opens the standard streams that whoever started the process has closed: a database's file
  /// would get their number, and what is printed and logged would be written into it.
  static func openStandardStreams() {
    #if canImport(Glibc)
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free is this one.
      _ = open("/dev/null", O_RDWR)
    }
    #endif
  }

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
