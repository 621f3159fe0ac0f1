internal import NIOCore

/// Notes whether a client has sent anything at all.
final class ArrivalHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private(set) var hasArrived = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    self.hasArrived = true
    context.fireChannelRead(data)
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }
}
