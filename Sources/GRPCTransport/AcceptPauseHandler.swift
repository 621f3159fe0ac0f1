package import Logging
package import NIOCore

/// Stops accepting for a while when there is no room for another connection, as without file
/// descriptors.
///
/// NIO's `AcceptBackoffHandler` holds back the next read alone: the socket stays registered for the
/// last one, and its event loop tries again without a pause.
package final class AcceptPauseHandler: ChannelInboundHandler {
  package typealias InboundIn = Channel

  private static let pause = TimeAmount.milliseconds(500)

  private let logger: Logger?
  private var isPaused = false
  private var isTold = false

  package init(logger: Logger? = nil) {
    self.logger = logger
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isTold = false
    context.fireChannelRead(data)
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !isTold {
      isTold = true
      logger?.warning("no connection can be accepted, new clients wait: \(error)")
    }
    guard !isPaused else { return }
    isPaused = true
    let channel = context.channel
    channel.setOption(.autoRead, value: false).whenFailure { _ in }
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
      self.isPaused = false
      // One that was closed meanwhile has nothing to accept.
      channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }
  }
}
