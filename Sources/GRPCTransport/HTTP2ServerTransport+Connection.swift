import Logging
import NIOCore
import NIOHTTP2
import Synchronization

extension HTTP2ServerTransport {
  /// Bytes waiting for the socket above and below which streams stop and go on writing.
  var socketWaterMark: ChannelOptions.Types.WriteBufferWaterMark {
    let (low, high) =
      switch configuration.security {
      case .plaintext: (512 << 10, 1 << 20)
      case .encrypted: (128 << 10, 256 << 10)
      }
    return .init(
      low: configuration.connection.socketLowWaterMark ?? low,
      high: configuration.connection.socketHighWaterMark ?? high
    )
  }

  /// Fills an accepted connection's pipeline.
  func configureConnection(_ channel: any Channel) throws {
    guard let service = served.withLock({ $0 }) else {
      throw TransportError(code: .invalidState, message: "Nothing is served yet.")
    }
    let info = ConnectionInfo(
      remoteAddress: channel.remoteAddress,
      localAddress: channel.localAddress
    )
    if case .encrypted(let configurePipeline) = configuration.security {
      try configurePipeline(channel, info)
    }
    let connection = ConnectionContext(
      service: service,
      configuration: configuration,
      info: info,
      eventLoop: channel.eventLoop,
      registry: registry,
      budget: budget
    )
    let handler = ConnectionHandler(connection: connection, logger: logger)
    let boundHandler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    let pipeline = channel.pipeline.syncOperations
    switch registry.add(boundHandler, info) {
    case .admitted:
      channel.closeFuture.whenComplete { [registry] _ in
        info.close()
        registry.remove(id: info.id)
      }
    case .full:
      logger.warning(
        "refusing a connection",
        metadata: ["limit": "\(configuration.listener.maximumConnectionCount)"]
      )
      return try pipeline.addHandler(ExcessConnectionHandler())
    case .shuttingDown:
      throw TransportError(code: .invalidState, message: "The server is shutting down.")
    }
    try pipeline.addHandler(
      NIOHTTP2Handler(
        mode: .server,
        frameDelegate: handler,
        connectionConfiguration: http2ConnectionConfiguration,
        streamConfiguration: http2StreamConfiguration
      )
    )
    try pipeline.addHandler(handler)
  }

  private var http2ConnectionConfiguration: NIOHTTP2Handler.ConnectionConfiguration {
    let settings = configuration.connection
    var http2 = NIOHTTP2Handler.ConnectionConfiguration()
    http2.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: settings.maximumStreamCount),
      HTTP2Setting(parameter: .initialWindowSize, value: settings.streamReceiveWindowByteCount),
      HTTP2Setting(parameter: .maxFrameSize, value: settings.maximumFrameByteCount),
      HTTP2Setting(parameter: .maxHeaderListSize, value: settings.maximumHeaderListByteCount),
    ]
    http2.maximumSequentialEmptyDataFrames = settings.maximumSequentialEmptyFrameCount
    http2.maximumSequentialContinuationFrames = settings.maximumContinuationFrameCount
    http2.maximumRecentlyResetStreams = settings.maximumRememberedStreamCount
    http2.maximumConnectionGlitches = settings.maximumLifetimeStreamErrorCount
    http2.controlFrameRateLimit.maximumCount = settings.maximumControlFrameCount
    http2.controlFrameRateLimit.windowLength = settings.controlFrameWindow
    return http2
  }

  private var http2StreamConfiguration: NIOHTTP2Handler.StreamConfiguration {
    let settings = configuration.connection
    var http2 = NIOHTTP2Handler.StreamConfiguration()
    http2.streamResetFrameRateLimit.maximumCount = settings.maximumResetStreamCount
    http2.streamResetFrameRateLimit.windowLength = settings.rateWindow
    http2.streamErrorRateLimit.maximumCount = settings.maximumStreamErrorCount
    http2.streamErrorRateLimit.windowLength = settings.rateWindow
    return http2
  }
}
