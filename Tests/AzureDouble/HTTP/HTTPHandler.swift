import NIOCore
import NIOHTTP1

/// Receives the requests of one connection and sends what the double answers.
final class HTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case waiting
    case receiving(HTTPRequestHead, ByteBuffer)
    /// The connection is being closed.
    case done
  }

  private let cloud: Cloud
  private let isEncrypted: Bool
  private let limits: RequestLimits
  private var state = State.waiting
  private var timeout: Scheduled<Void>?

  init(_ cloud: Cloud, isEncrypted: Bool, limits: RequestLimits) {
    self.cloud = cloud
    self.isEncrypted = isEncrypted
    self.limits = limits
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.timeout?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (Self.unwrapInboundIn(data), self.state) {
    case (.head(let head), .waiting):
      self.state = .receiving(head, ByteBuffer())
      let channel = context.channel
      self.timeout = context.eventLoop.scheduleTask(in: self.limits.time) {
        channel.close(promise: nil)
      }
      // Where no body follows, nobody waits; and Azure's own client misreads an answer that comes
      // together with this one.
      if head.headers[canonicalForm: "expect"].contains("100-continue"),
        head.headers.first(name: "content-length") != "0"
      {
        let go = HTTPResponseHead(version: head.version, status: .continue)
        context.writeAndFlush(Self.wrapOutboundOut(.head(go)), promise: nil)
      }
    case (.body(var part), .receiving(let head, var body)):
      self.state = .waiting  // So that appending doesn't copy.
      guard body.readableBytes + part.readableBytes <= self.limits.bodyByteCount else {
        self.state = .done
        let refused = Response(.payloadTooLarge)
        return self.send(Answer(response: refused), to: head, thenCloses: true, on: context)
      }
      body.writeBuffer(&part)
      self.state = .receiving(head, body)
    case (.end, .receiving(let head, let body)):
      self.state = .waiting
      self.timeout?.cancel()
      let request = Request(head, body: body, isEncrypted: self.isEncrypted)
      self.deliver(self.cloud.answer(request), to: head, on: context)
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func deliver(
    _ answer: Answer,
    to head: HTTPRequestHead,
    on context: ChannelHandlerContext
  ) {
    guard let delay = answer.delay else {
      return self.send(answer, to: head, thenCloses: !head.isKeepAlive, on: context)
    }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: delay) {
      let (handler, context) = bound.value
      guard context.channel.isActive else { return }
      handler.send(answer, to: head, thenCloses: !head.isKeepAlive, on: context)
    }
  }

  private func send(
    _ answer: Answer,
    to head: HTTPRequestHead,
    thenCloses: Bool,
    on context: ChannelHandlerContext
  ) {
    guard !answer.isLost else { return context.close(promise: nil) }
    var response = answer.response
    let byteCount = response.toldByteCount ?? response.body.readableBytes
    response.headers.replaceOrAdd(name: "content-length", value: "\(byteCount)")
    if thenCloses { response.headers.replaceOrAdd(name: "connection", value: "close") }
    let start = HTTPResponseHead(
      version: head.version,
      status: response.status,
      headers: response.headers
    )
    context.write(Self.wrapOutboundOut(.head(start)), promise: nil)
    var sent = response.body
    let cut = answer.cutAfterByteCount.flatMap { sent.readSlice(length: min($0, byteCount)) }
    if head.method != .HEAD {
      context.write(Self.wrapOutboundOut(.body(.byteBuffer(cut ?? sent))), promise: nil)
    }
    let channel = context.channel
    if cut != nil {
      self.state = .done
      context.flush()
      context.close(promise: nil)
    } else if thenCloses {
      context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in
        channel.close(promise: nil)
      }
    } else {
      context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
