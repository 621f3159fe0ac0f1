import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension TransportError {
  /// What the operating system has against listening on an address, in plain words.
  package init(binding address: ListeningAddress, _ error: any Error) {
    let place = address.description
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE:
      self.init(code: .addressInUse, message: "\(place) is in use already.")
    case EADDRNOTAVAIL:
      self.init(
        code: .addressUnavailable,
        message: "\(place) isn't an address of this machine."
      )
    case EACCES, EPERM:
      self.init(
        code: .permissionDenied,
        message: "This process may not listen on \(place)."
      )
    case let code?:
      self.init(
        code: .bindFailed,
        message: "Can't listen on \(place): \(String(cString: strerror(code)))."
      )
    case nil where error is UnixDomainSocketPathWrongType:
      self.init(code: .addressInUse, message: "\(place): there is a file that is no socket.")
    case nil where error as? SocketAddressError == .unixDomainSocketPathTooLong:
      self.init(
        code: .addressUnavailable,
        message: "\(place): a socket's path may have \(Self.socketPathByteLimit) bytes."
      )
    case nil where error is SocketAddressError || error is SocketAddressError.UnknownHost:
      self.init(
        code: .addressUnavailable,
        message: "The host of \(place) has no address."
      )
    case nil:
      self.init(code: .bindFailed, message: "Can't listen on \(place): \(error).")
    }
  }

  /// As the system has it, here and elsewhere.
  private static let socketPathByteLimit = 103
}
