import Dispatch
import GRPCCore
import GRPCTransport
import NIOCore
import NIOPosix

/// A server for the transport's conformance tests: prints its port, serves until SIGTERM.
///
/// Settings are given as NAME=NUMBER; times are in milliseconds.
@main
enum TransportEcho {
  static func main() async throws {
    let service = EchoService()
    let transport = HTTP2ServerTransport(
      address: ListeningAddress(host: "127.0.0.1", port: 0),
      configuration: try configuration(CommandLine.arguments.dropFirst()),
      directMethods: service.directMethods
    )
    let port = try await transport.bind().port ?? 0
    let server = GRPCServer(transport: transport, services: [service])
    signal(SIGTERM, SIG_IGN)
    let terminate = DispatchSource.makeSignalSource(signal: SIGTERM)
    let stop: @Sendable () -> Void = { server.beginGracefulShutdown() }
    terminate.setEventHandler(handler: stop)
    await withCheckedContinuation { continuation in
      let registered: @Sendable () -> Void = { continuation.resume() }
      terminate.setRegistrationHandler(handler: registered)
      terminate.resume()
    }
    print(port)
    fflush(nil)
    try await server.serve()
    terminate.cancel()
  }

  private static func configuration(
    _ arguments: some Sequence<String>
  ) throws -> HTTP2ServerTransport.Configuration {
    var configuration = HTTP2ServerTransport.Configuration()
    for argument in arguments {
      let parts = argument.split(separator: "=").map(String.init)
      guard parts.count == 2, let number = Int(parts[1]) else {
        throw RPCError(code: .invalidArgument, message: "expected NAME=NUMBER: \(argument)")
      }
      let time = TimeAmount.milliseconds(Int64(number))
      switch parts[0] {
      case "connections": configuration.listener.maximumConnectionCount = number
      case "streams": configuration.connection.maximumStreamCount = number
      case "calls": configuration.connection.maximumRunningCallCount = number
      case "handshake": configuration.connection.handshakeTimeout = time
      case "idle": configuration.connection.maximumIdleTime = time
      case "age": configuration.connection.maximumAge = time
      case "age-grace": configuration.connection.maximumAgeGrace = time
      case "buffered": configuration.connection.maximumBufferedRequestByteCount = number
      case "keepalive": configuration.keepalive.interval = time
      case "keepalive-timeout": configuration.keepalive.timeout = time
      case "receive": configuration.messages.maximumReceivedByteCount = number
      case "send": configuration.messages.maximumSentByteCount = number
      case "gzip": configuration.messages.compressesResponses = number != 0
      case "grace": configuration.shutdown.gracePeriod = time
      case "on-loop": configuration.runsHandlersOnEventLoop = number != 0
      default: throw RPCError(code: .invalidArgument, message: "unknown setting: \(argument)")
      }
    }
    return configuration
  }
}
