package import GRPCCore
package import NIOCore

extension HTTP2ServerTransport {
  /// Every limit and setting of the transport.
  package struct Configuration: Sendable {
    package var security = TransportSecurity.plaintext
    package var listener = Listener()
    package var connection = Connection()
    package var keepalive = Keepalive()
    package var stream = Stream()
    package var messages = Messages()
    package var shutdown = Shutdown()

    /// Whether handlers start on their connection's event loop.
    ///
    /// It saves a small call every thread switch. Handlers must then never block or compute for
    /// long outside an executor of their own, since a loop serves many connections.
    package var runsHandlersOnEventLoop = true

    /// Hears of each call that ends before a handler sees it: its path and what its client is told.
    package var onRefusal: (@Sendable (String, ConnectionInfo, Status.Code) -> Void)?

    package init() {}
  }
}

extension HTTP2ServerTransport.Configuration {
  package struct Listener: Sendable {
    /// Connections the kernel holds until they are accepted.
    package var backlog: Int32 = 256

    /// Connections above this number are told to go away.
    package var maximumConnectionCount = 10_000

    /// Whether the oldest connection without an authenticated call makes room for one above that number
    /// (``ConnectionInfo/noteAuthentication()``).
    package var replacesStrangers = false

    /// Request bytes of all connections that no handler has taken yet.
    package var maximumBufferedRequestByteCount = 1 << 30

    package init() {}
  }

  package struct Connection: Sendable {
    /// How long a client may take to send its HTTP/2 preface and settings.
    package var handshakeTimeout = TimeAmount.seconds(20)

    /// A connection without streams is closed after this time; nil keeps it.
    package var maximumIdleTime: TimeAmount?

    /// A connection older than this is drained; nil keeps it.
    package var maximumAge: TimeAmount?

    /// How long streams may go on after `maximumAge`; nil lets them end by themselves.
    package var maximumAgeGrace: TimeAmount?

    /// Streams a client may have open at once.
    package var maximumStreamCount = 256

    /// Handlers at work for one connection, those of streams the client has reset included.
    package var maximumRunningCallCount = 1_024

    /// Request bytes of all of a connection's streams that no handler has taken yet.
    package var maximumBufferedRequestByteCount = 256 << 20

    /// As many of those a connection may have when others have used up what there is for all.
    package var guaranteedRequestByteCount = 256 << 10

    /// How many request bytes a client may have under way, on all streams and on one.
    package var receiveWindowByteCount = 16 << 20
    package var streamReceiveWindowByteCount = 1 << 20

    /// The largest frame clients may send.
    package var maximumFrameByteCount = 1 << 20

    /// The size of a request's header list, by HTTP/2's way of counting.
    package var maximumHeaderListByteCount = 64 << 10

    /// HTTP/2 sends a header list in frames of at least 16 KiB.
    package var maximumContinuationFrameCount = 16

    /// Bytes waiting for the socket above and below which streams stop and go on writing.
    ///
    /// nil chooses by security: what TLS has encrypted costs memory a second time.
    package var socketHighWaterMark: Int?
    package var socketLowWaterMark: Int?

    /// PING, SETTINGS and PRIORITY frames in `controlFrameWindow`; Go clients send two PINGs a small
    /// call.
    ///
    /// For each of them a connection takes 8 bytes from its beginning on.
    package var maximumControlFrameCount = 10_000

    package var controlFrameWindow = TimeAmount.seconds(1)

    /// Streams a client may reset in `rateWindow`.
    package var maximumResetStreamCount = 2_000

    /// Errors on single streams in `rateWindow`.
    package var maximumStreamErrorCount = 1_000

    /// Errors on single streams in a connection's whole life.
    package var maximumLifetimeStreamErrorCount = 10_000

    /// DATA frames without data in a row.
    package var maximumSequentialEmptyFrameCount = 100

    /// Closed streams whose late frames are still tolerated.
    package var maximumRememberedStreamCount = 1_000

    package var rateWindow = TimeAmount.seconds(30)

    package init() {}
  }

  package struct Keepalive: Sendable {
    /// A client that was silent for this time is pinged; nil never pings.
    package var interval: TimeAmount? = .seconds(120)

    /// How long a ping that has left may stay without any sign of life.
    package var timeout = TimeAmount.seconds(30)

    package init() {}
  }

  package struct Stream: Sendable {
    /// Response bytes waiting for the client above and below which a writer waits and goes on.
    package var responseHighWaterMark = 4 << 20
    package var responseLowWaterMark = 2 << 20

    /// The same for the part already handed to HTTP/2.
    package var outboundHighWaterMark = 2 << 20
    package var outboundLowWaterMark = 1 << 20

    /// Response bytes after which the socket is flushed in the middle of a burst.
    package var flushByteCount = 256 << 10

    /// Request bytes waiting for the handler above and below which reading stops and goes on.
    package var requestHighWaterMark = 4 << 20
    package var requestLowWaterMark = 2 << 20

    package init() {}
  }

  package struct Messages: Sendable {
    package var maximumReceivedByteCount = 64 << 20
    /// The same for methods of less, by request path.
    package var maximumReceivedByteCounts: [String: Int] = [:]
    package var maximumSentByteCount = 1 << 30

    /// Answers with gzip when the client accepts it; it costs more than it gains on a fast network.
    package var compressesResponses = false

    /// The size of a status message as it is sent; clients refuse trailers above 8 kB.
    package var maximumStatusMessageByteCount = 4_000

    /// The size of all trailers, by HTTP/2's way of counting.
    package var maximumTrailersByteCount = 8_000

    package init() {}
  }

  package struct Shutdown: Sendable {
    /// How long streams may go on after a graceful shutdown began; nil waits for all of them.
    package var gracePeriod: TimeAmount? = .seconds(30)

    /// How long cancelled streams may take to tell their clients before connections are cut.
    package var closePeriod = TimeAmount.seconds(2)

    package init() {}
  }
}
