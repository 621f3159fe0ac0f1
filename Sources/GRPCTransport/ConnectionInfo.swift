import GRPCCore
package import NIOCore
import Synchronization

/// One client's connection, as handlers see it in `ServerContext.transportSpecific`.
package final class ConnectionInfo: ServerContext.TransportSpecific {
  private enum State {
    case open([@Sendable () -> Void])
    case closed
  }

  private static let lastID = Atomic<UInt64>(0)

  /// Unique within this process.
  package let id: UInt64
  package let remoteAddress: SocketAddress?
  package let localAddress: SocketAddress?

  /// The remote address in gRPC's notation, `ipv4:127.0.0.1:1234`.
  package let remotePeer: String
  package let localPeer: String

  private let state = Mutex(State.open([]))
  private let certificateState = Mutex<ClientCertificate?>(nil)
  private let authenticated = Atomic(false)

  /// Whether a call on it was from somebody who is known: others make room for new connections.
  package var isAuthenticated: Bool { authenticated.load(ordering: .relaxed) }

  package func noteAuthentication() {
    authenticated.store(true, ordering: .relaxed)
  }

  /// Whom the client's certificate names, if it showed one.
  package var certificate: ClientCertificate? {
    get { certificateState.withLock { $0 } }
    set { certificateState.withLock { $0 = newValue } }
  }

  package init(remoteAddress: SocketAddress?, localAddress: SocketAddress?) {
    id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
    self.remoteAddress = remoteAddress
    self.localAddress = localAddress
    remotePeer = Self.peer(remoteAddress)
    localPeer = Self.peer(localAddress)
  }

  /// Runs `body` once the connection has ended; at once if it has ended already.
  ///
  /// It runs on the connection's event loop and must not block.
  package func onClose(_ body: @escaping @Sendable () -> Void) {
    let isClosed = state.withLock { state in
      guard case .open(var bodies) = state else { return true }
      bodies.append(body)
      state = .open(bodies)
      return false
    }
    if isClosed { body() }
  }

  func close() {
    let bodies = state.withLock { state -> [@Sendable () -> Void] in
      guard case .open(let bodies) = state else { return [] }
      state = .closed
      return bodies
    }
    for body in bodies { body() }
  }

  private static func peer(_ address: SocketAddress?) -> String {
    switch address {
    case .v4: "ipv4:\(address?.ipAddress ?? ""):\(address?.port ?? 0)"
    case .v6: "ipv6:[\(address?.ipAddress ?? "")]:\(address?.port ?? 0)"
    case .unixDomainSocket: "unix:\(address?.pathname ?? "")"
    case nil: "unknown"
    }
  }
}
