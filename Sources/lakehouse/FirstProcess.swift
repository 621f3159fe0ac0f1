#if canImport(Glibc)
internal import Glibc
#endif

/// The first process of a container, from which the system keeps the signals that it doesn't handle.
enum FirstProcess {
  /// Lets the signals that end other programs end this one, until a server takes them itself.
  static func takeEndingSignals() {
    #if canImport(Glibc)
    guard getpid() == 1 else { return }
    for number in [SIGTERM, SIGINT] {
      signal(number) { _exit(128 + $0) }
    }
    #endif
  }
}
