import GRPCCore
import GRPCTransport
import NIOCore
import Synchronization
import Testing

@Suite struct RequestQueueTests {
  private let budget = RequestBudget(limit: 1_000)
  private let resumedCount = Counter()

  private func queue() -> RequestQueue {
    RequestQueue(highWaterMark: 500, lowWaterMark: 300, budget: budget) { [resumedCount] in
      resumedCount.increment()
    }
  }

  private func message(_ byteCount: Int) -> ByteBuffer {
    ByteBuffer(repeating: 1, count: byteCount)
  }

  @Test func `parts come out in order and then the end`() async throws {
    let queue = queue()
    queue.enqueue(metadata: ["a": "b"])
    queue.enqueue(message: message(3))
    queue.enqueue(message: message(4))
    queue.finish()
    queue.enqueue(message: message(5))
    var parts: [String] = []
    for try await part in queue {
      switch part {
      case .metadata(let metadata): parts.append("\(metadata.count) entries")
      case .message(let message): parts.append("\(message.count) bytes")
      }
    }
    #expect(parts == ["1 entries", "3 bytes", "4 bytes"])
  }

  @Test func `a waiting consumer gets what comes, and the end`() async throws {
    let queue = queue()
    let counts = Task {
      var counts: [Int] = []
      for try await case .message(let message) in queue { counts.append(message.count) }
      return counts
    }
    for byteCount in 1...100 {
      queue.enqueue(message: message(byteCount))
      if byteCount % 10 == 0 { await Task.yield() }
    }
    queue.finish()
    #expect(try await counts.value == Array(1...100))
  }

  @Test func `an error is thrown instead of what was queued`() async throws {
    let queue = queue()
    queue.enqueue(message: message(3))
    queue.fail(RPCError(code: .cancelled, message: "gone"))
    queue.fail(RPCError(code: .internalError, message: "later"))
    var iterator = queue.makeAsyncIterator()
    let error = await #expect(throws: RPCError.self) { _ = try await iterator.next() }
    #expect(error?.message == "gone")
  }

  @Test func `a consumer whose task is cancelled stops waiting`() async throws {
    let queue = queue()
    let consumer = Task {
      var iterator = queue.makeAsyncIterator()
      _ = try await iterator.next()
    }
    await Task.yield()
    consumer.cancel()
    await #expect(throws: CancellationError.self) { try await consumer.value }
  }

  @Test func `reading pauses above the high mark and resumes once below the low one`() async throws
  {
    let queue = queue()
    for _ in 0..<4 { queue.enqueue(message: message(100)) }
    #expect(queue.pausesReading())
    var iterator = queue.makeAsyncIterator()
    _ = try await iterator.next()
    _ = try await iterator.next()
    #expect(queue.pausesReading())
    #expect(resumedCount.value == 0)
    _ = try await iterator.next()
    #expect(resumedCount.value == 1)
    #expect(!queue.pausesReading())
    _ = try await iterator.next()
    #expect(resumedCount.value == 1)
  }

  @Test func `others leave a part what it is allowed`() {
    let part = RequestBudget(limit: 500, within: budget, allowance: 100)
    budget.reserve(5_000)
    part.reserve(100)
    #expect(part.exceededLimit == nil)
    part.reserve(1)
    #expect(part.exceededLimit == 1_000)
    budget.release(5_000)
    #expect(part.exceededLimit == nil)
  }

  @Test func `what is taken, dropped or forgotten goes back to every budget`() async throws {
    let part = RequestBudget(limit: 10_000, within: budget)
    for byteCount in [900, 1_100] {
      let queue = RequestQueue(highWaterMark: 1, lowWaterMark: 0, budget: part) {}
      queue.enqueue(message: message(byteCount))
      #expect(budget.exceededLimit == 1_000)
      #expect(part.exceededLimit == 1_000)
      if byteCount == 900 {
        var iterator = queue.makeAsyncIterator()
        _ = try await iterator.next()
      } else {
        queue.fail(RPCError(code: .cancelled, message: ""))
      }
      #expect(part.exceededLimit == nil)
    }
    do {
      let queue = RequestQueue(highWaterMark: 1, lowWaterMark: 0, budget: part) {}
      queue.enqueue(message: message(1_000))
      #expect(part.exceededLimit == 1_000)
    }
    #expect(part.exceededLimit == nil)
  }
}
