import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Answers a client's first call with the news that the server has connections enough, and closes.
///
/// Without an answer to its call a client would connect anew at once, hundreds of times a second and
/// for as long as its deadline lets it: a GOAWAY is no failure of a call that hasn't begun. This
/// speaks as little HTTP/2 as that takes.
final class ExcessConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum FrameType {
    static let headers: UInt8 = 0x1
    static let rstStream: UInt8 = 0x3
    static let settings: UInt8 = 0x4
    static let goAway: UInt8 = 0x7
  }

  private static let reason = "too many connections (connection limit, --max-connections)"
  private static let prefaceByteCount = 24
  private static let frameHeaderByteCount = 9

  /// How long the client may take for its handshake, its call, and to read the answer.
  private static let lingerTime = TimeAmount.seconds(2)

  /// What is read of a client at most before its first call.
  private static let maximumByteCount = 64 << 10

  private enum State {
    case awaitingCall(ByteBuffer)
    case answered
  }

  private var state = State.awaitingCall(ByteBuffer())

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(Self.frame(.init(), FrameType.settings)), promise: nil)
    let channel = context.channel
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) {
      if case .awaitingCall = self.state {
        channel.writeAndFlush(Self.farewell(after: 0), promise: nil)
      }
      channel.close(promise: nil)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .awaitingCall(var received) = state else { return }
    received.writeImmutableBuffer(unwrapInboundIn(data))
    guard let stream = Self.firstCall(in: received) else {
      state = .awaitingCall(received)
      if received.readableBytes > Self.maximumByteCount { context.close(promise: nil) }
      return
    }
    state = .answered
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(Self.answer(to: stream))).whenSuccess {
      channel.close(mode: .output, promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// The stream of the first HEADERS frame.
  private static func firstCall(in received: ByteBuffer) -> UInt32? {
    var frames = received
    guard frames.readSlice(length: prefaceByteCount) != nil else { return nil }
    while frames.readableBytes >= frameHeaderByteCount {
      guard
        let high = frames.readInteger(as: UInt8.self),
        let low = frames.readInteger(as: UInt16.self),
        let (type, _, stream) = frames.readMultipleIntegers(as: (UInt8, UInt8, UInt32).self)
      else { return nil }
      if type == FrameType.headers { return stream }
      guard frames.readSlice(length: Int(high) << 16 | Int(low)) != nil else { return nil }
    }
    return nil
  }

  private static func answer(to stream: UInt32) -> ByteBuffer {
    var headers = ByteBuffer()
    var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    // These few headers can't fail to be encoded.
    try? encoder.encode(
      headers: [
        ":status": "200", "content-type": "application/grpc",
        "grpc-status": String(Status.Code.unavailable.rawValue), "grpc-message": reason,
      ],
      to: &headers
    )
    let endStreamAndHeaders: UInt8 = 0x5
    var answer = frame(headers, FrameType.headers, flags: endStreamAndHeaders, stream: stream)
    // The rest of its request is not waited for.
    let noError = ByteBuffer(integer: UInt32(HTTP2ErrorCode.noError.networkCode))
    answer.writeImmutableBuffer(frame(noError, FrameType.rstStream, stream: stream))
    answer.writeImmutableBuffer(farewell(after: stream))
    return answer
  }

  private static func farewell(after stream: UInt32) -> ByteBuffer {
    var payload = ByteBuffer()
    payload.writeInteger(stream)
    payload.writeInteger(UInt32(HTTP2ErrorCode.enhanceYourCalm.networkCode))
    payload.writeString(reason)
    return frame(payload, FrameType.goAway)
  }

  private static func frame(
    _ payload: ByteBuffer,
    _ type: UInt8,
    flags: UInt8 = 0,
    stream: UInt32 = 0
  ) -> ByteBuffer {
    var frame = ByteBuffer()
    frame.writeInteger(UInt8(0))
    frame.writeInteger(UInt16(payload.readableBytes))
    frame.writeMultipleIntegers(type, flags, stream)
    frame.writeImmutableBuffer(payload)
    return frame
  }
}
