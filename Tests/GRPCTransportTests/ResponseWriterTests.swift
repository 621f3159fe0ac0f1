import GRPCCore
import GRPCTransport
import NIOCore
import NIOPosix
import Testing

@Suite struct ResponseWriterTests {
  private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
  private let pumpCount = Counter()

  private func writer(isUnary: Bool = false, messageByteLimit: Int = 10_000) -> ResponseWriter {
    var limits = HTTP2ServerTransport.Configuration.Stream()
    limits.responseHighWaterMark = 3_000
    limits.responseLowWaterMark = 1_500
    return ResponseWriter(
      limits: limits,
      messageByteLimit: messageByteLimit,
      isUnary: isUnary,
      eventLoop: eventLoop
    ) { [pumpCount] in pumpCount.increment() }
  }

  private func message(_ byteCount: Int) -> RPCResponsePart<Rope> {
    .message(Rope(repeating: 1, count: byteCount))
  }

  private let success = RPCResponsePart<Rope>.status(Status(code: .ok, message: ""), [:])

  private func text(_ part: RPCResponsePart<Rope>?) -> String {
    switch part {
    case .metadata: "metadata"
    case .message(let message): "\(message.count)"
    case .status(let status, _): "\(status.code)"
    case nil: "nothing"
    }
  }

  /// How often the event loop was told of something to send.
  private func wakeCount() async throws -> Int {
    try await eventLoop.submit {}.get()
    return pumpCount.value
  }

  @Test func `parts come out in order, and one wake-up serves those that wait`() async throws {
    let writer = writer()
    try await writer.write(contentsOf: [.metadata([:]), message(1), message(2), success])
    #expect(try await wakeCount() == 1)
    #expect((0..<5).map { _ in text(writer.next()) } == ["metadata", "1", "2", "ok", "nothing"])
  }

  @Test func `a unary response leaves in one go`() async throws {
    let writer = writer(isUnary: true)
    try await writer.write(contentsOf: [.metadata([:]), message(1)])
    #expect(try await wakeCount() == 0)
    try await writer.write(success)
    #expect(try await wakeCount() == 1)
  }

  @Test func `a writer above the high mark goes on below the low one`() async throws {
    let writer = writer()
    let writing = Task {
      for _ in 0..<5 { try await writer.write(message(1_000)) }
      try await writer.write(success)
    }
    var texts: [String] = []
    var largest = 0
    while texts.last != "ok" {
      var burst = 0
      while let part = writer.next() {
        texts.append(text(part))
        if case .message(let message) = part { burst += message.count }
      }
      largest = max(largest, burst)
      await Task.yield()
    }
    try await writing.value
    #expect(texts == Array(repeating: "1000", count: 5) + ["ok"])
    #expect(largest <= 5_000)
  }

  @Test func `the end of the stream fails waiting and later writes`() async throws {
    let writer = writer()
    let writing = Task { while true { try await writer.write(message(1_000)) } }
    while try await wakeCount() == 0 { await Task.yield() }
    writer.fail(RPCError(code: .cancelled, message: "gone"))
    let waiting = await #expect(throws: RPCError.self) { try await writing.value }
    #expect(waiting?.message == "gone")
    let later = await #expect(throws: RPCError.self) { try await writer.write(success) }
    #expect(later?.message == "gone")
    #expect(text(writer.next()) == "nothing")
  }

  @Test func `a writer whose task is cancelled stops waiting`() async throws {
    let writer = writer()
    let writing = Task { while true { try await writer.write(message(1_000)) } }
    while try await wakeCount() == 0 { await Task.yield() }
    writing.cancel()
    await #expect(throws: CancellationError.self) { try await writing.value }
  }

  @Test func `empty messages count too`() async throws {
    let writer = writer()
    let writing = Task { while true { try await writer.write(message(0)) } }
    while try await wakeCount() == 0 { await Task.yield() }
    writing.cancel()
    await #expect(throws: CancellationError.self) { try await writing.value }
    var count = 0
    while writer.next() != nil { count += 1 }
    #expect(count < 100)
  }

  @Test func `too large a message is refused, and the call may go on`() async throws {
    let writer = writer(messageByteLimit: 10)
    let error = await #expect(throws: RPCError.self) { try await writer.write(message(11)) }
    #expect(error?.code == .resourceExhausted)
    try await writer.write(message(10))
    #expect(text(writer.next()) == "10")
  }

  @Test func `a call that ends without a status gets one, and nothing follows it`() async throws {
    let writer = writer()
    await writer.finish()
    await writer.finish()
    #expect(text(writer.next()) == "unknown")
    #expect(text(writer.next()) == "nothing")
    await #expect(throws: RPCError.self) { try await writer.write(message(1)) }
  }
}
