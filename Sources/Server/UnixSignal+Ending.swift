internal import UnixSignals

#if canImport(Glibc)
internal import Glibc
#endif

extension UnixSignal {
  /// The signals that end the server: that of a terminal that is closed too, unless the server was
  /// started to outlive it, as by `nohup`.
  static var ending: [UnixSignal] {
    [.sigterm, .sigint] + (Self.ignoresHangup ? [] : [.sighup])
  }

  private static var ignoresHangup: Bool {
    #if canImport(Glibc)
    var action = sigaction()
    guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
    // Both are addresses of functions, or small numbers that stand for none.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    #else
    return false
    #endif
  }
}
