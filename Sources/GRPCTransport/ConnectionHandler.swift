import GRPCCore
import Logging
import NIOCore
import NIOHTTP2

/// Watches over one connection: handshake, signs of life, age, draining and its end.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  /// How long a client that was told goodbye may take to close its side.
  private static let lingerTime = TimeAmount.seconds(1)

  /// How long a client may take to see that the connection is about to end.
  private static let announcementTime = TimeAmount.seconds(2)

  private static let keepalivePing = HTTP2PingData(withInteger: 0x6b65_6570_616c_6976)
  private static let drainPing = HTTP2PingData(withInteger: 0x6472_6169_6e69_6e67)

  private let connection: ConnectionContext
  private let logger: Logger
  private var machine = ConnectionStateMachine()
  private var streams: [ObjectIdentifier: StreamHandler] = [:]
  private var context: ChannelHandlerContext?
  private var timers: [Timer: Scheduled<Void>] = [:]
  private var lastActivity = NIODeadline.now()
  private var isClosing = false

  private enum Timer {
    case handshake
    case idle
    case age
    case grace
    case keepalive
    case announcement
    case linger
  }

  init(connection: ConnectionContext, logger: Logger) {
    self.connection = connection
    self.logger = logger
  }

  private var settings: HTTP2ServerTransport.Configuration.Connection {
    connection.configuration.connection
  }

  // MARK: Channel events

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
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
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
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is NIOHTTP2Errors.StreamError: return
    case is NIOHTTP2Errors.NoSuchStream where machine.isEnding: return
    case is NIOHTTP2Errors.BadClientMagic: refuseStranger()
    default: close(because: String(describing: error))
    }
  }

  /// Clients are told as little as their protocol allows, so that the log is where it is found.
  private func refuseStranger() {
    logger.warning(
      "refusing a connection: the client does not speak HTTP/2, or speaks TLS where there is none",
      metadata: ["peer": "\(connection.info.remotePeer)"]
    )
    context?.close(promise: nil)
  }

  // MARK: Streams

  func streamCreated(_ id: HTTP2StreamID) {
    machine.streamCreated(id)
  }

  func streamBegan(_ stream: StreamHandler) {
    streams[ObjectIdentifier(stream)] = stream
    machine.streamBegan()
    cancel(.idle)
  }

  func streamEnded(_ stream: StreamHandler) {
    guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return }
    if machine.streamEnded() {
      sendGoodbye()
    } else {
      startIdleTimer()
    }
  }

  /// Ends every stream with `error`, which cancels its handler.
  func failStreams(_ error: RPCError) {
    for stream in streams.values { stream.fail(error) }
  }

  // MARK: Ends

  /// Lets running streams end and refuses new ones; the connection closes after the last.
  func drain() {
    switch machine.beginDrain() {
    case .sendGoAwayAndPing:
      announce()
      send(.ping(Self.drainPing, ack: false))
      context?.flush()
      schedule(.announcement, in: Self.announcementTime) { $0.announced() }
    case .close: close(because: "draining")
    case .none: break
    }
  }

  /// Writes GOAWAY past NIOHTTP2, which would refuse the streams under way if none were open.
  private func announce() {
    guard
      let http2 = try? context?.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self)
    else { return }
    var frame = ByteBuffer(bytes: [0, 0, 8, 0x7, 0, 0, 0, 0, 0])
    frame.writeInteger(UInt32(Int32.max))
    frame.writeInteger(UInt32(0))
    http2.write(NIOAny(frame), promise: nil)
  }

  func close(because reason: String) {
    guard let context else { return }
    logger.debug("closing a connection", metadata: ["reason": "\(reason)"])
    context.close(promise: nil)
  }

  private func announced() {
    cancel(.announcement)
    switch machine.announced() {
    case .sendGoAway(let last):
      send(.goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil))
      context?.flush()
    case .close: sendGoodbye()
    case .none: break
    }
  }

  /// Closes once everything written so far has reached the kernel.
  private func sendGoodbye() {
    guard !isClosing, let context else { return }
    isClosing = true
    let written = context.eventLoop.makePromise(of: Void.self)
    send(
      .goAway(lastStreamID: machine.lastStreamID, errorCode: .noError, opaqueData: nil),
      promise: written
    )
    context.flush()
    written.futureResult.assumeIsolated().whenComplete { _ in
      guard let context = self.context else { return }
      context.close(mode: .output, promise: nil)
      self.schedule(.linger, in: Self.lingerTime) { $0.close(because: "drained") }
    }
  }

  private func ageReached() {
    drain()
    guard let grace = settings.maximumAgeGrace else { return }
    let closePeriod = connection.configuration.shutdown.closePeriod
    schedule(.grace, in: grace) { handler in
      handler.failStreams(
        RPCError(code: .unavailable, message: "The connection has reached its maximum age.")
      )
      // A client that takes no bytes never sees its streams end.
      handler.schedule(.grace, in: closePeriod) { $0.close(because: "maximum age") }
    }
  }
}

// MARK: - Timers

extension ConnectionHandler {
  private func schedule(
    _ timer: Timer,
    in time: TimeAmount,
    _ body: @escaping (ConnectionHandler) -> Void
  ) {
    guard let context else { return }
    timers.updateValue(
      context.eventLoop.assumeIsolated().scheduleTask(in: time) { body(self) },
      forKey: timer
    )?.cancel()
  }

  private func cancel(_ timer: Timer) {
    timers.removeValue(forKey: timer)?.cancel()
  }

  private func startIdleTimer() {
    guard machine.streamCount == 0, let idleTime = settings.maximumIdleTime else { return }
    schedule(.idle, in: idleTime) { $0.drain() }
  }

  private func scheduleKeepalive(in time: TimeAmount) {
    schedule(.keepalive, in: time) { $0.checkSilence() }
  }

  private func checkSilence() {
    guard let interval = connection.configuration.keepalive.interval else { return }
    let silence = NIODeadline.now() - lastActivity
    if silence < interval {
      scheduleKeepalive(in: interval - silence)
    } else {
      ping()
    }
  }

  /// Pings, and closes unless the client gives a sign of life in time.
  ///
  /// A client that reads slowly is not dead: the time runs from when the ping has left, behind
  /// whatever the socket still had to send.
  private func ping() {
    guard let context else { return }
    let written = context.eventLoop.makePromise(of: Void.self)
    send(.ping(Self.keepalivePing, ack: false), promise: written)
    context.flush()
    let timeout = connection.configuration.keepalive.timeout
    written.futureResult.assumeIsolated().whenSuccess {
      let pinged = NIODeadline.now()
      self.schedule(.keepalive, in: timeout) { handler in
        if handler.lastActivity < pinged {
          handler.close(because: "no answer to a keepalive ping")
        } else {
          handler.checkSilence()
        }
      }
    }
  }

  private func send(_ payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>? = nil) {
    guard let context else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    let frame = HTTP2Frame(streamID: .rootStream, payload: payload)
    context.write(wrapOutboundOut(frame), promise: promise)
  }
}
