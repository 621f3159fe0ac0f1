import NIOCore
import NIOPosix
import Synchronization

/// Answers each connection's request with bytes of the test's choice.
final class TokenEndpoint: Sendable {
  struct Request: Sendable {
    let head: String
    let body: String
  }

  typealias Answer = @Sendable (Request) -> [ByteBuffer]

  private let channel: any Channel
  private let seen: Seen

  var port: Int { self.channel.localAddress?.port ?? 0 }
  var url: String { "http://127.0.0.1:\(self.port)" }
  var requests: [Request] { self.seen.requests.withLock { $0 } }

  /// - Parameter answer: What is written; where the last part is empty, nothing is closed.
  init(_ answer: @escaping Answer) async throws {
    let seen = Seen()
    self.seen = seen
    self.channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(answer: answer, seen: seen))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  /// Answers with a status and JSON.
  convenience init(
    status: Int = 200,
    headers: String = "",
    json: @escaping @Sendable () -> String
  ) async throws {
    try await self.init { _ in [Self.answer(status: status, headers: headers, json())] }
  }

  static func answer(status: Int = 200, headers: String = "", _ json: String) -> ByteBuffer {
    ByteBuffer(
      string: "HTTP/1.1 \(status) X\r\ncontent-length: \(json.utf8.count)\r\n"
        + "\(headers)connection: close\r\n\r\n\(json)"
    )
  }

  func close() async throws { try await self.channel.close() }

  private final class Seen: Sendable {
    let requests = Mutex<[Request]>([])
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: Answer
    private let seen: Seen
    private var text = ""
    private var isAnswered = false

    init(answer: @escaping Answer, seen: Seen) {
      self.answer = answer
      self.seen = seen
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      self.text += String(buffer: Self.unwrapInboundIn(data))
      guard !self.isAnswered, let end = self.text.range(of: "\r\n\r\n") else { return }
      let head = String(self.text[..<end.lowerBound])
      let body = String(self.text[end.upperBound...])
      let length = head.lowercased().firstMatch(of: /content-length: ([0-9]+)/)
      guard body.utf8.count >= length.flatMap({ Int($0.1) }) ?? 0 else { return }
      self.isAnswered = true
      let request = Request(head: head, body: body)
      self.seen.requests.withLock { $0.append(request) }
      let parts = self.answer(request)
      for part in parts { context.write(Self.wrapOutboundOut(part), promise: nil) }
      context.flush()
      if parts.last?.readableBytes != 0 { context.close(promise: nil) }
    }
  }
}
