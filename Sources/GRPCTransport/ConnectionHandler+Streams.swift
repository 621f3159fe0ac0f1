import DequeModule
import GRPCCore
import NIOCore
import NIOHTTP2

// MARK: - What arrives

extension ConnectionHandler {
  func receive(_ frame: HTTP2Frame) {
    if let stream = streams[frame.streamID] {
      stream.receive(frame.payload)
    } else if case .headers = frame.payload {
      guard machine.admitsStreams else { return refuse(frame.streamID) }
      begin(frame.streamID).receive(frame.payload)
    }
  }

  /// The client hasn't seen yet that the connection ends: nothing was done, so it may try elsewhere.
  private func refuse(_ id: HTTP2StreamID) {
    write(.rstStream(.refusedStream), on: id)
    flush()
  }

  private func begin(_ id: HTTP2StreamID) -> StreamHandler {
    let stream = StreamHandler(id: id, connection: connection, owner: self)
    streams[id] = stream
    arrived.append(stream)
    machine.streamBegan(id)
    cancel(.idle)
    return stream
  }

  /// Starts the calls that have arrived, at the end of the loop's turn: their requests, if they came
  /// at one go, are whole by then.
  ///
  /// Each answer is sent at once: its client goes on while the server does what comes after it.
  func startArrived() {
    guard !arrived.isEmpty, let context else { return }
    context.eventLoop.assumeIsolated().execute {
      while let stream = self.arrived.popFirst() { stream.startCall() }
    }
  }

  func windowChanged(_ event: NIOHTTP2WindowUpdatedEvent) {
    guard let byteCount = event.inboundWindowSize else { return }
    guard event.streamID == .rootStream else {
      streams[event.streamID]?.windowChanged(to: byteCount)
      return
    }
    guard let increment = receiveWindow.changed(to: byteCount) else { return }
    write(.windowUpdate(windowSizeIncrement: increment), on: .rootStream)
    flush()
  }

  func windowsChanged(by byteCount: Int) {
    for stream in streams.values { stream.windowChanged(by: byteCount) }
  }
}

// MARK: - What leaves

extension ConnectionHandler {
  var isWritable: Bool { context?.channel.isWritable ?? false }

  func write(
    _ payload: HTTP2Frame.FramePayload,
    on id: HTTP2StreamID,
    promise: EventLoopPromise<Void>? = nil
  ) {
    guard let context else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: promise)
  }

  /// Sends what is written, while frames are read after them.
  func flush() {
    mustFlush = isReading
    if !isReading { context?.flush() }
  }

  /// Sends what is written so far, in the middle of a burst.
  func flushNow() {
    context?.flush()
  }

  /// Lets a stream go on when it can, after all that have waited longer.
  func wait(_ stream: StreamHandler) {
    waiting.append(stream)
    if isWritable { scheduleTurn() }
  }

  /// HTTP/2 reports room for a frame before it has written it: what is sent at once would overtake it.
  func scheduleTurn() {
    guard !isTurnScheduled, !waiting.isEmpty, let context else { return }
    isTurnScheduled = true
    context.eventLoop.assumeIsolated().execute {
      self.isTurnScheduled = false
      while self.isWritable, let stream = self.waiting.popFirst() { stream.goOn() }
    }
  }
}

extension ConnectionHandler: NIOHTTP2FrameDelegate {
  func wroteFrame(_ frame: HTTP2Frame) {
    switch frame.payload {
    case .data(let payload): streams[frame.streamID]?.sent(payload.data.readableBytes)
    case .goAway(_, let code, _) where code != .noError: isCondemned = true
    default: break
    }
  }
}

// MARK: - Ends

extension ConnectionHandler {
  func streamEnded(_ id: HTTP2StreamID) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    if stream.isWaiting { waiting.removeAll { $0 === stream } }
    stream.ended()
    if machine.streamEnded() {
      sendGoodbye()
    } else {
      startIdleTimer()
    }
  }

  /// The connection has ended, and all streams with it.
  func endStreams() {
    let ended = streams.values
    streams = [:]
    arrived = []
    waiting = []
    for stream in ended { stream.ended() }
  }

  /// Ends every stream with `error`, which cancels its handler.
  func failStreams(_ error: RPCError) {
    for stream in streams.values { stream.fail(error) }
  }
}
