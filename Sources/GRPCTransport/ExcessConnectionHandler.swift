import NIOCore

/// Tells a client that the server has connections enough, and closes.
final class ExcessConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How long the client may take to read the reason.
  private static let lingerTime = TimeAmount.seconds(1)

  /// Empty SETTINGS, then GOAWAY with ENHANCE_YOUR_CALM, which clients report as "unavailable".
  private static func farewell() -> ByteBuffer {
    let reason = "too many connections (connection limit, --max-connections)"
    var buffer = ByteBuffer()
    buffer.writeBytes([0, 0, 0, 0x4, 0, 0, 0, 0, 0])
    buffer.writeBytes([0, 0, UInt8(8 + reason.utf8.count), 0x7, 0, 0, 0, 0, 0])
    buffer.writeInteger(UInt32(0))
    buffer.writeInteger(UInt32(0xb))
    buffer.writeString(reason)
    return buffer
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(Self.farewell()), promise: nil)
    context.close(mode: .output, promise: nil)
    let channel = context.channel
    context.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
