import GRPCCore
import GRPCTransport
import NIOCore
import Synchronization

/// `test.Echo`: methods of all four kinds over raw bytes, steered by their requests' text.
struct EchoService: RegistrableRPCService {
  typealias Request = StreamingServerRequest<Rope>
  typealias Response = StreamingServerResponse<Rope>

  let counters = EchoCounters()

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    register("Unary", .unary, with: &router) { request, _ in
      let message = try await request.singleMessage()
      return StreamingServerResponse(single: ServerResponse(message: message))
    }
    register("ServerStreaming", .serverStreaming, with: &router, handler: streamMessages)
    register("ClientStreaming", .clientStreaming, with: &router, handler: countMessages)
    register("SlowUpload", .clientStreaming, with: &router, handler: countMessagesSlowly)
    register("Bidi", .bidirectionalStreaming, with: &router, handler: echoMessages)
    register("Fail", .unary, with: &router, handler: fail)
    register("FailLate", .serverStreaming, with: &router, handler: failLate)
    register("Slow", .unary, with: &router, handler: sleep)
    register("EchoMetadata", .unary, with: &router, handler: echoMetadata)
    register("Peer", .unary, with: &router, handler: describePeer)
    register("Counters", .unary, with: &router) { _, _ in
      StreamingServerResponse(single: ServerResponse(message: Rope(counters.summary.utf8)))
    }
  }

  private func register<Transport: ServerTransport>(
    _ method: String,
    _ type: MethodDescriptor.RPCType,
    with router: inout RPCRouter<Transport>,
    handler: @escaping @Sendable @concurrent (Request, ServerContext) async throws -> Response
  ) {
    router.registerHandler(
      forMethod: MethodDescriptor(fullyQualifiedService: "test.Echo", method: method, type: type),
      deserializer: RopeCoder(),
      serializer: RopeCoder(),
      handler: handler
    )
  }
}

extension EchoService {
  /// "COUNT SIZE [PARTS]": sends COUNT messages of SIZE bytes, each made of PARTS buffers.
  @Sendable @concurrent
  private func streamMessages(_ request: Request, _ context: ServerContext) async throws -> Response
  {
    let (count, message) = try Self.stream(try await request.singleMessage().text)
    return StreamingServerResponse { writer in
      for _ in 0..<count {
        try await writer.write(message)
        counters.sentMessages.add(1, ordering: .relaxed)
      }
      return ["sent": "\(count)"]
    }
  }

  /// How many messages to send, and which.
  static func stream(_ text: String) throws -> (count: Int, message: Rope) {
    let numbers = text.split(separator: " ").compactMap { Int($0) }
    guard numbers.count >= 2 else {
      throw RPCError(code: .invalidArgument, message: "expected COUNT SIZE [PARTS]")
    }
    let message = message(size: numbers[1], partCount: numbers.count > 2 ? numbers[2] : 1)
    return (numbers[0], message)
  }

  /// A message whose byte at offset N is N modulo 251.
  private static func message(size: Int, partCount: Int) -> Rope {
    var whole = ByteBuffer(bytes: (0..<size).lazy.map { UInt8($0 % 251) })
    let partSize = max(1, size / max(1, partCount))
    let head = whole.readSlice(length: min(partSize, size)) ?? ByteBuffer()
    var tail: [ByteBuffer] = []
    while whole.readableBytes > 0 {
      tail.append(whole.readSlice(length: min(partSize, whole.readableBytes)) ?? ByteBuffer())
    }
    return Rope(head: head, tail: tail)
  }

  /// Answers "COUNT BYTES".
  @Sendable @concurrent
  private func countMessages(_ request: Request, _ context: ServerContext) async throws -> Response
  {
    var count = 0
    var byteCount = 0
    for try await message in request.messages {
      count += 1
      byteCount += message.count
    }
    return StreamingServerResponse(
      single: ServerResponse(message: Rope("\(count) \(byteCount)".utf8))
    )
  }

  /// Like `countMessages`, but takes a second before it reads the second message.
  @Sendable @concurrent
  private func countMessagesSlowly(
    _ request: Request,
    _ context: ServerContext
  ) async throws -> Response {
    var count = 0
    var byteCount = 0
    for try await message in request.messages {
      if count == 0 { try await Task.sleep(for: .seconds(1)) }
      count += 1
      byteCount += message.count
    }
    return StreamingServerResponse(
      single: ServerResponse(message: Rope("\(count) \(byteCount)".utf8))
    )
  }

  @Sendable @concurrent
  private func echoMessages(_ request: Request, _ context: ServerContext) async throws -> Response {
    StreamingServerResponse { writer in
      for try await message in request.messages { try await writer.write(message) }
      return [:]
    }
  }

  /// Fails as its request says, "CODE|MESSAGE|DETAILS".
  @Sendable @concurrent
  private func fail(_ request: Request, _ context: ServerContext) async throws -> Response {
    throw try Self.error(try await request.singleMessage().text)
  }

  /// Like `fail`, after one message.
  @Sendable @concurrent
  private func failLate(_ request: Request, _ context: ServerContext) async throws -> Response {
    let error = try Self.error(try await request.singleMessage().text)
    return StreamingServerResponse { writer in
      try await writer.write(Rope("before".utf8))
      throw error
    }
  }

  static func error(_ text: String) throws -> RPCError {
    let fields = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard
      fields.count == 3,
      let status = Int(fields[0]).flatMap(Status.Code.init(rawValue:)),
      let code = RPCError.Code(status)
    else { throw RPCError(code: .invalidArgument, message: "expected CODE|MESSAGE|DETAILS") }
    var metadata: Metadata = ["error-text": "from the handler"]
    if !fields[2].isEmpty {
      metadata.addBinary(Array(fields[2].utf8), forKey: "grpc-status-details-bin")
    }
    return RPCError(code: code, message: fields[1], metadata: metadata)
  }

  /// Waits the milliseconds of its request, "deaf MS" even when it is cancelled.
  @Sendable @concurrent
  private func sleep(_ request: Request, _ context: ServerContext) async throws -> Response {
    let words = try await request.singleMessage().text.split(separator: " ")
    let duration = Duration.milliseconds(Int(words.last ?? "") ?? 0)
    counters.running.add(1, ordering: .relaxed)
    defer { counters.running.subtract(1, ordering: .relaxed) }
    try await withRPCCancellationHandler {
      if words.count > 1 {
        try await Task { try await Task.sleep(for: duration) }.value
      } else {
        try await Task.sleep(for: duration)
      }
    } onCancelRPC: {
      counters.cancelled.add(1, ordering: .relaxed)
    }
    return StreamingServerResponse(single: ServerResponse(message: Rope("slept".utf8)))
  }

  /// Sends the request's metadata back, as headers and as trailers.
  @Sendable @concurrent
  private func echoMetadata(_ request: Request, _ context: ServerContext) async throws -> Response {
    let metadata = request.metadata
    let message = try await request.singleMessage()
    return StreamingServerResponse(metadata: metadata) { writer in
      try await writer.write(message)
      return metadata
    }
  }

  @Sendable @concurrent
  private func describePeer(_ request: Request, _ context: ServerContext) async throws -> Response {
    guard let connection = context.transportSpecific as? ConnectionInfo else {
      throw RPCError(code: .internalError, message: "no ConnectionInfo")
    }
    connection.onClose { counters.closedConnections.add(1, ordering: .relaxed) }
    let text = "\(connection.id) \(context.remotePeer) \(context.localPeer)"
    return StreamingServerResponse(single: ServerResponse(message: Rope(text.utf8)))
  }
}
