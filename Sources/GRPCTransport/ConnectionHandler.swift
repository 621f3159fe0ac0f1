import DequeModule
import GRPCCore
import Logging
import NIOCore
import NIOHTTP2

/// One connection: it hands frames to their streams, and watches over handshake, signs of life, age,
/// draining and the end.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  enum Timer {
    case handshake
    case idle
    case age
    case grace
    case keepalive
    case announcement
    case linger
  }

  let connection: ConnectionContext
  let logger: Logger
  var machine = ConnectionStateMachine()
  var context: ChannelHandlerContext?
  var timers: [Timer: Scheduled<Void>] = [:]
  var lastActivity = NIODeadline.now()
  var isClosing = false
  /// Whether HTTP/2 has told the client of an error that ends the connection.
  var isCondemned = false

  var streams: [HTTP2StreamID: StreamHandler] = [:]
  /// Those whose calls are still to start.
  var arrived: Deque<StreamHandler> = []
  /// Those that have more to send than the socket or the client takes.
  var waiting: Deque<StreamHandler> = []
  var isTurnScheduled = false
  var receiveWindow: ReceiveWindow
  /// Whether frames are being read: what is written meanwhile leaves together, after them.
  private(set) var isReading = false
  var mustFlush = false

  init(connection: ConnectionContext, logger: Logger) {
    self.connection = connection
    self.logger = logger
    receiveWindow = ReceiveWindow(
      target: connection.configuration.connection.receiveWindowByteCount
    )
  }

  var settings: HTTP2ServerTransport.Configuration.Connection {
    connection.configuration.connection
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    lastActivity = .now()
    schedule(.handshake, in: settings.handshakeTimeout) { $0.close(because: "no handshake") }
    if let age = settings.maximumAge { schedule(.age, in: age) { $0.ageReached() } }
    if let interval = connection.configuration.keepalive.interval {
      scheduleKeepalive(in: interval)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    ended()
    context.fireChannelInactive()
  }

  /// The only end of a connection that was gone before it became active.
  func handlerRemoved(context: ChannelHandlerContext) {
    ended()
  }

  private func ended() {
    for timer in timers.values { timer.cancel() }
    timers.removeAll()
    context = nil
    endStreams()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isReading = true
    let frame = unwrapInboundIn(data)
    guard frame.streamID == .rootStream else { return receive(frame) }
    switch frame.payload {
    case .settings(.settings) where machine.isHandshaking:
      machine.receivedSettings()
      cancel(.handshake)
      startIdleTimer()
    case .ping(Self.drainPing, ack: true): announced()
    default: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    lastActivity = .now()
    isReading = false
    if mustFlush { flush() }
    startArrived()
    context.fireChannelReadComplete()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case let event as NIOHTTP2WindowUpdatedEvent: windowChanged(event)
    case let event as StreamClosedEvent: streamEnded(event.streamID)
    case let event as NIOHTTP2BulkStreamWindowChangeEvent: windowsChanged(by: event.delta)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { scheduleTurn() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let error as NIOHTTP2Errors.StreamError: streams[error.streamID]?.reset()
    case is NIOHTTP2Errors.BadClientMagic: refuseStranger()
    case is any NIOHTTP2Error where !isCondemned:
      // HTTP/2 has reset the stream that this is about: the others go on.
      logger.debug("a stream broke the rules", metadata: ["error": "\(error)"])
    // Behind a proxy they are those of many clients, who are to know why all their calls end.
    case is NIOHTTP2Errors.ExcessiveRSTFrames:
      let limit = settings.maximumResetStreamCount
      close(because: "more than \(limit) calls were reset in a short time", .warning)
    case is NIOHTTP2Errors.MaxStreamsViolation:
      close(because: "more calls at once than HTTP/2's settings allow", .warning)
    default: close(because: String(describing: error))
    }
  }
}
