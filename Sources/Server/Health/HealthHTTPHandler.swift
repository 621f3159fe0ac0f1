internal import NIOCore
internal import NIOHTTP1

/// Answers the requests of one HTTP connection.
final class HealthHTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a client may take for each whole request, waiting before it included.
  private static let requestTimeout = TimeAmount.seconds(30)
  /// A request has no use for a body; so much of one is overlooked.
  private static let bodyByteLimit = 16 << 10

  private let monitor: HealthMonitor
  private var head: HTTPRequestHead?
  private var bodyByteCount = 0
  private var timeout: Scheduled<Void>?

  init(monitor: HealthMonitor) {
    self.monitor = monitor
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.awaitRequest(on: context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.timeout?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch Self.unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      self.bodyByteCount = 0
    case .body(let bytes):
      self.bodyByteCount += bytes.readableBytes
      if self.bodyByteCount > Self.bodyByteLimit { context.close(promise: nil) }
    case .end:
      guard let head = self.head.take() else { return }
      self.answer(head, on: context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What isn't HTTP has been answered as a bad request.
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, on context: ChannelHandlerContext) {
    let answer = HealthHTTPResponse(head.method, head.uri, report: self.monitor.report)
    let body = ByteBuffer(string: answer.body)
    var headers = HTTPHeaders([
      ("content-type", "application/json"),
      ("content-length", "\(body.readableBytes)"),
      ("cache-control", "no-store"),
    ])
    if answer.status == .methodNotAllowed {
      headers.add(name: "allow", value: HealthHTTPResponse.allowedMethods)
    }
    if !head.isKeepAlive { headers.add(name: "connection", value: "close") }
    let response = HTTPResponseHead(version: head.version, status: answer.status, headers: headers)
    context.write(Self.wrapOutboundOut(.head(response)), promise: nil)
    if head.method != .HEAD {
      context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    let end = context.writeAndFlush(Self.wrapOutboundOut(.end(nil)))
    if head.isKeepAlive {
      self.awaitRequest(on: context)
    } else {
      let channel = context.channel
      end.whenComplete { _ in channel.close(promise: nil) }
    }
  }

  private func awaitRequest(on context: ChannelHandlerContext) {
    self.timeout?.cancel()
    let channel = context.channel
    self.timeout = context.eventLoop.scheduleTask(in: Self.requestTimeout) {
      channel.close(promise: nil)
    }
  }
}
