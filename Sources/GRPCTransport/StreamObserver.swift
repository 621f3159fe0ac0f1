import NIOCore
import NIOHTTP2

/// Tells a connection's handler which streams its client has created.
///
/// A class, because HTTP/2 copies it several times for each frame.
final class StreamObserver: NIOHTTP2StreamDelegate {
  private let handler: NIOLoopBound<ConnectionHandler>

  init(_ handler: NIOLoopBound<ConnectionHandler>) {
    self.handler = handler
  }

  func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
    handler.value.streamCreated(id)
  }

  func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {}
}
