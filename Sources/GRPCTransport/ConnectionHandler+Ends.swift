import GRPCCore
import Logging
import NIOCore
import NIOHTTP2

extension ConnectionHandler {
  /// How long a client that was told goodbye may take to close the connection.
  ///
  /// Closing it first would cost clients behind a proxy what that hasn't passed on yet: Envoy drops it then.
  private static let farewellTime = TimeAmount.seconds(5)

  /// How long it may take to close its side after that.
  private static let lingerTime = TimeAmount.seconds(1)

  /// How long a client may take to see that the connection is about to end.
  private static let announcementTime = TimeAmount.seconds(2)

  static let drainPing = HTTP2PingData(withInteger: 0x6472_6169_6e69_6e67)

  /// Lets running streams end and refuses new ones; the connection closes after the last.
  func drain() {
    switch machine.beginDrain() {
    case .sendGoAwayAndPing:
      goAway(last: .maxID)
      write(.ping(Self.drainPing, ack: false), on: .rootStream)
      context?.flush()
      schedule(.announcement, in: Self.announcementTime) { $0.announced() }
    case .close: close(because: "draining")
    case .none: break
    }
  }

  /// Sends GOAWAY past NIOHTTP2: it would refuse the streams under way if none were open, and take the
  /// frames of those that come too late for an error of the whole connection.
  private func goAway(last: HTTP2StreamID, promise: EventLoopPromise<Void>? = nil) {
    guard
      let http2 = try? context?.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self)
    else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    var frame = ByteBuffer(bytes: [0, 0, 8, 0x7, 0, 0, 0, 0, 0])
    frame.writeInteger(Int32(last))
    frame.writeInteger(UInt32(HTTP2ErrorCode.noError.networkCode))
    http2.writeAndFlush(NIOAny(frame), promise: promise)
  }

  func close(because reason: String, _ level: Logger.Level = .debug) {
    guard let context else { return }
    logger.log(
      level: level,
      "closing a connection",
      metadata: ["reason": "\(reason)", "peer": "\(connection.info.remotePeer)"]
    )
    context.close(promise: nil)
  }

  /// Clients are told as little as their protocol allows, so that the log is where it is found.
  func refuseStranger() {
    logger.warning(
      "refusing a connection: the client does not speak HTTP/2, or speaks TLS where there is none",
      metadata: ["peer": "\(connection.info.remotePeer)"]
    )
    context?.close(promise: nil)
  }

  func announced() {
    cancel(.announcement)
    switch machine.announced() {
    case .sendGoAway(let last): goAway(last: last)
    case .close: sendGoodbye()
    case .none: break
    }
  }

  /// Closes once everything written so far has reached the kernel.
  func sendGoodbye() {
    guard !isClosing, let context else { return }
    isClosing = true
    let written = context.eventLoop.makePromise(of: Void.self)
    context.flush()
    goAway(last: machine.lastStreamID, promise: written)
    written.futureResult.assumeIsolated().whenComplete { _ in
      let hasSentResponses = self.machine.lastStreamID != .rootStream
      self.schedule(.linger, in: hasSentResponses ? Self.farewellTime : .zero) { handler in
        handler.context?.close(mode: .output, promise: nil)
        handler.schedule(.linger, in: Self.lingerTime) { $0.close(because: "drained") }
      }
    }
  }

  func ageReached() {
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
