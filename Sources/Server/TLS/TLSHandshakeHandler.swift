internal import Foundation
internal import GRPCTransport
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Ends connections that don't agree on HTTP/2, and says why a handshake failed.
final class TLSHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  /// HTTP/2's name in ALPN.
  static let http2 = "h2"

  private let info: ConnectionInfo
  private let arrival: ArrivalHandler
  private let logger: Logger
  private var isDone = false

  init(_ info: ConnectionInfo, arrival: ArrivalHandler, logger: Logger) {
    self.info = info
    self.arrival = arrival
    self.logger = logger
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
      self.isDone = true
      guard negotiated == Self.http2 else {
        self.refuse("the client did not offer HTTP/2 (ALPN h2)", context)
        return
      }
      if let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() {
        // A session may be resumed after the certificate's end, of which TLS says nothing.
        guard certificate.expiry > Date.now else {
          self.refuse("the client's certificate has expired", context)
          return
        }
        self.info.certificate = ClientCertificate(of: certificate)
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !self.isDone else {
      context.fireErrorCaught(error)
      return
    }
    self.isDone = true
    self.refuse(Self.reason(for: error), context)
  }

  private func refuse(_ reason: String, _ context: ChannelHandlerContext) {
    // Load balancers connect every few seconds, only to see whether they can.
    self.logger.log(
      level: self.arrival.hasArrived ? .warning : .debug,
      "TLS: refusing a connection: \(reason)",
      metadata: ["peer": "\(self.info.remotePeer)"]
    )
    context.close(promise: nil)
  }

  /// OpenSSL's words for what clients get wrong most often, in plain ones.
  private static func reason(for error: any Error) -> String {
    let text = String(describing: error)
    let explanations = [
      ("HTTP_REQUEST", "the client speaks plain HTTP"),
      ("WRONG_VERSION_NUMBER", "the client does not speak TLS"),
      ("UNSUPPORTED_PROTOCOL", "the client's TLS is older than 1.2"),
      ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client showed no certificate"),
      ("CERTIFICATE_EXPIRED", "the client found this server's certificate expired"),
      (
        "EOF during handshake",
        "the client left during the handshake: it may not trust this server's certificate"
      ),
      ("UNKNOWN_CA", "the client does not trust this server's certificate"),
      ("CERTIFICATE_UNKNOWN", "the client does not accept this server's certificate"),
      ("BAD_CERTIFICATE", "the client does not accept this server's certificate"),
      (
        "CERTIFICATE_VERIFY_FAILED",
        """
        the client's certificate is expired, not yet valid, for another purpose than clients, or not of a \
        trusted authority
        """
      ),
    ]
    for (name, explanation) in explanations where text.contains(name) { return explanation }
    // What follows the name is where it was raised in OpenSSL's sources.
    guard let origin = text.firstRange(of: "OPENSSL_internal:") else { return text }
    return String(text[origin.upperBound...].prefix { $0 != " " })
  }
}
