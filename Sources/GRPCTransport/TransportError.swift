/// Why the transport could not start or go on.
package struct TransportError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    /// Another socket listens on that address.
    case addressInUse
    /// The address doesn't exist here, or its host name has no address.
    case addressUnavailable
    /// The process may not listen there.
    case permissionDenied
    /// The transport was stopped before, or is listening already.
    case invalidState
    /// The operating system lets the listening socket accept nothing more.
    case listenerLost
    /// Anything else the operating system says.
    case bindFailed
  }

  package var code: Code
  package var message: String

  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
