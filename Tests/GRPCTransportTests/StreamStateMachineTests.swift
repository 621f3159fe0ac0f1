import GRPCCore
import GRPCTransport
import NIOCore
import NIOHPACK
import Testing

@Suite struct StreamStateMachineTests {
  private static let method = MethodDescriptor(
    fullyQualifiedService: "test.Echo",
    method: "Unary",
    type: .unary
  )

  private let methods = MethodTable([method])

  private let request: HPACKHeaders = [
    ":method": "POST", ":path": "/test.Echo/Unary", ":scheme": "http",
    "content-type": "application/grpc", "te": "trailers", "answer": "42",
  ]

  private func machine(
    _ configure: (inout HTTP2ServerTransport.Configuration.Messages) -> Void = { _ in }
  ) -> StreamStateMachine {
    var messages = HTTP2ServerTransport.Configuration.Messages()
    configure(&messages)
    return StreamStateMachine(messages: messages)
  }

  /// A machine that has accepted `request`.
  private func acceptedMachine() throws -> StreamStateMachine {
    var machine = machine()
    _ = try machine.receive(request, endStream: false, methods: methods)
    return machine
  }

  private func framed(_ messages: [ByteBuffer]) -> ByteBuffer {
    var whole = ByteBuffer()
    for message in messages {
      MessageFramer.frame(Rope(head: message), isCompressed: false) {
        whole.writeImmutableBuffer($0)
      }
    }
    return whole
  }

  /// Everything the request holds now, in words.
  private func events(of machine: inout StreamStateMachine) -> [String] {
    var events: [String] = []
    while let event = machine.nextRequestEvent() {
      switch event {
      case .message(let message): events.append("message \(String(buffer: message))")
      case .end: events.append("end")
      case .failure(let error): events.append("\(error.code)")
      }
    }
    return events
  }

  // MARK: Request

  @Test func `a request's head is read`() throws {
    var machine = machine { $0.compressesResponses = true }
    var headers = request
    headers.add(name: "grpc-timeout", value: "3S")
    headers.add(name: RequestHead.timeoutKey, value: "9S")
    headers.add(name: "grpc-encoding", value: "gzip")
    headers.add(name: "grpc-accept-encoding", value: "deflate, gzip")
    let head = try #require(try machine.receive(headers, endStream: false, methods: methods))
    #expect(head.method == Self.method)
    #expect(head.metadata == ["answer": "42", RequestHead.timeoutKey: "3S"])
    #expect(head.timeout?.amount == .seconds(3))
    #expect(head.encoding == .gzip)
    #expect(head.acceptsGzip && machine.isCompressing)
  }

  @Test func `a method may have a limit of its own`() throws {
    let methods = MethodTable([Self.method], messageByteLimits: ["/test.Echo/Unary": 3])
    var machine = machine()
    _ = try machine.receive(request, endStream: false, methods: methods)
    machine.receive(
      framed([ByteBuffer(string: "abc"), ByteBuffer(string: "abcd")]),
      endStream: true
    )
    #expect(events(of: &machine) == ["message abc", "resourceExhausted"])
  }

  @Test(arguments: [
    (":method", "GET", "405", "13"), ("content-type", "text/html", "415", "13"),
    ("content-type", "application/grpc-web", "415", "13"), (":path", "/test.Echo/No", "200", "12"),
    (":path", "test.Echo/Unary", "200", "12"), ("grpc-timeout", "soon", "200", "3"),
    ("grpc-encoding", "snappy", "200", "12"), ("some-bin", "?", "200", "3"),
  ])
  func `a request that breaks a rule is refused`(
    name: String,
    value: String,
    httpStatus: String,
    status: String
  ) throws {
    var machine = machine()
    var headers = request
    headers.replaceOrAdd(name: name, value: value)
    let rejection = try #require(throws: RequestRejection.self) {
      _ = try machine.receive(headers, endStream: true, methods: methods)
    }
    let refusal = machine.sendRejection(rejection)
    let answer = try #require(refusal)
    #expect(answer[":status"] == [httpStatus])
    #expect(answer["grpc-status"] == [status])
    #expect(answer["grpc-accept-encoding"] == (name == "grpc-encoding" ? ["identity,gzip"] : []))
    #expect(machine.isRequestEnded && machine.isResponseEnded)
    #expect(machine.nextRequestEvent() == nil)
    #expect(machine.sendRejection(rejection) == nil)
  }

  @Test(arguments: [
    "application/grpc", "application/grpc+proto", "Application/gRPC; charset=utf-8",
  ])
  func `gRPC's content types are accepted`(contentType: String) throws {
    var machine = machine()
    var headers = request
    headers.replaceOrAdd(name: "content-type", value: contentType)
    #expect(try machine.receive(headers, endStream: false, methods: methods) != nil)
  }

  @Test(arguments: 0..<200)
  func `the same events come out, however the frames were split`(seed: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let words = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
      String(repeating: "x", count: Int.random(in: 0...50, using: &generator))
    }
    var machine = try acceptedMachine()
    var received: [String] = []
    for piece in generator.split(framed(words.map(ByteBuffer.init(string:)))) {
      machine.receive(piece, endStream: false)
      if Bool.random(using: &generator) { received += events(of: &machine) }
    }
    machine.receive(ByteBuffer(), endStream: true)
    received += events(of: &machine)
    #expect(received == words.map { "message \($0)" } + ["end"])
    #expect(machine.pendingRequestByteCount == 0)
  }

  @Test(arguments: 1..<10)
  func `a request that ends inside a message fails`(byteCount: Int) throws {
    var machine = try acceptedMachine()
    var frame = framed([ByteBuffer(string: "hello")])
    let part = frame.readSlice(length: byteCount)
    machine.receive(try #require(part), endStream: true)
    #expect(events(of: &machine) == ["internalError"])
    #expect(machine.isRequestEnded)
  }

  @Test func `trailers end a request, and what follows its end is ignored`() throws {
    var machine = try acceptedMachine()
    machine.receive(framed([ByteBuffer(string: "one")]), endStream: false)
    #expect(try machine.receive(["late": "yes"], endStream: true, methods: methods) == nil)
    machine.receive(framed([ByteBuffer(string: "two")]), endStream: true)
    #expect(events(of: &machine) == ["message one", "end"])
  }

  @Test func `a discarded request holds nothing and still ends`() throws {
    var machine = try acceptedMachine()
    machine.receive(ByteBuffer(bytes: [0, 0, 0]), endStream: false)
    #expect(machine.pendingRequestByteCount == 3)
    machine.discardRequest()
    machine.receive(framed([ByteBuffer(string: "one")]), endStream: false)
    #expect(machine.pendingRequestByteCount == 0)
    #expect(events(of: &machine) == [])
    #expect(!machine.isRequestEnded)
    machine.receive(ByteBuffer(), endStream: true)
    #expect(machine.isRequestEnded)
  }

  // MARK: Response

  @Test func `a response is headers, messages and trailers`() throws {
    var machine = try acceptedMachine()
    #expect(!machine.canSendMessage())
    #expect(
      machine.sendHeaders(["a": "b"])
        == [":status": "200", "content-type": "application/grpc", "a": "b"]
    )
    #expect(machine.canSendMessage())
    #expect(machine.sendHeaders([:]) == nil)
    let trailers = machine.sendStatus(Status(code: .ok, message: ""), metadata: ["c": "d"])
    #expect(trailers == ["grpc-status": "0", "c": "d"])
    #expect(!machine.canSendMessage() && machine.isResponseEnded)
    #expect(machine.sendStatus(Status(code: .ok, message: ""), metadata: [:]) == nil)
    #expect(machine.sendHeaders([:]) == nil)
  }

  @Test func `an error before any message is headers and trailers in one`() throws {
    var machine = try acceptedMachine()
    let answer = machine.sendStatus(
      Status(code: .notFound, message: "50% gone"),
      metadata: ["grpc-status-details-bin": .binary([1]), "why": "so"]
    )
    #expect(
      answer == [
        ":status": "200", "content-type": "application/grpc", "grpc-status": "5",
        "grpc-message": "50%25 gone", "grpc-status-details-bin": "AQ", "why": "so",
      ]
    )
  }

  @Test func `trailers keep to their limit, and the status comes before what doesn't fit`() throws {
    var machine = machine { $0.maximumTrailersByteCount = 300 }
    _ = try machine.receive(request, endStream: true, methods: methods)
    let trailers = machine.sendStatus(
      Status(code: .aborted, message: "stop"),
      metadata: ["long": "\(String(repeating: "x", count: 300))", "short": "y"]
    )
    let answer = try #require(trailers)
    #expect(answer["grpc-status"] == ["10"])
    #expect(answer["grpc-message"] == ["stop"])
    #expect(answer["long"] == [])
    #expect(answer["short"] == ["y"])
  }
}
