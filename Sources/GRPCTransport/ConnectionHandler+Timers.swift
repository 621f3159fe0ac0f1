import NIOCore
import NIOHTTP2

extension ConnectionHandler {
  private static let keepalivePing = HTTP2PingData(withInteger: 0x6b65_6570_616c_6976)

  func schedule(
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

  func cancel(_ timer: Timer) {
    timers.removeValue(forKey: timer)?.cancel()
  }

  func startIdleTimer() {
    guard machine.streamCount == 0, let idleTime = settings.maximumIdleTime else { return }
    schedule(.idle, in: idleTime) { $0.drain() }
  }

  func scheduleKeepalive(in time: TimeAmount) {
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
    write(.ping(Self.keepalivePing, ack: false), on: .rootStream, promise: written)
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
}
