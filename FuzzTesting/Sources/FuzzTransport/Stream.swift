import FuzzDriver
import GRPCCore
import GRPCTransport
import NIOCore
import NIOHPACK

/// A whole stream: a request's headers and data, and the answer to it.
enum Stream {
  private static let method = MethodDescriptor(
    fullyQualifiedService: "test.Echo",
    method: "Unary",
    type: .unary
  )
  private static let methods = MethodTable([method])

  /// Headers that a mutation needn't find, each chosen by a byte.
  private static let usual: [(name: String, value: String)] = [
    (":method", "POST"), (":path", "/test.Echo/Unary"), (":scheme", "http"),
    ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-encoding", "gzip"),
    ("grpc-timeout", "1S"), ("grpc-accept-encoding", "identity,gzip"), ("key-bin", "AAE,AQ=="),
  ]

  static func run(_ input: inout FuzzedInput) {
    var messages = HTTP2ServerTransport.Configuration.Messages()
    messages.maximumReceivedByteCount = 1 << 12
    messages.compressesResponses = input.byte() % 2 == 0
    var machine = StreamStateMachine(messages: messages)
    let headers = Self.headers(&input)
    let metadata = Self.receive(headers, endStream: input.byte() % 8 == 0, by: &machine)
    guard let metadata else { return }
    Self.receiveData(&input, by: &machine)
    Self.answer(metadata, &input, by: &machine, messages)
  }

  private static func headers(_ input: inout FuzzedInput) -> HPACKHeaders {
    var headers = HPACKHeaders()
    for _ in 0..<Int(input.byte() % 16) {
      let choice = Int(input.byte())
      if choice < Self.usual.count {
        headers.add(name: Self.usual[choice].name, value: Self.usual[choice].value)
      } else if choice < 2 * Self.usual.count {
        headers.add(name: Self.usual[choice - Self.usual.count].name, value: input.text())
      } else {
        // The decoder of HPACK lets no others through.
        let name = input.text()
        if name.utf8.allSatisfy({ $0 < 0x80 }) { headers.add(name: name, value: input.text()) }
      }
    }
    return headers
  }

  /// The metadata of a request that is accepted.
  private static func receive(
    _ headers: HPACKHeaders,
    endStream: Bool,
    by machine: inout StreamStateMachine
  ) -> Metadata? {
    // Each comma of a binary header makes an entry of its own.
    let byteCount = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 1 }
    do throws(RequestRejection) {
      let head = try Allowance.hold(4096 + 256 * byteCount, for: "headers") {
        () throws(RequestRejection) in
        try machine.receive(headers, endStream: endStream, methods: Self.methods)
      }
      guard let head else { fatalError("the first headers were passed over") }
      require(head.method == Self.method)
      require(head.metadata[stringValues: "grpc-timeout"].allSatisfy { _ in false })
      for (key, value) in head.metadata {
        if case .string = value { require(!key.hasSuffix("-bin")) }
      }
      return head.metadata
    } catch {
      guard let answer = machine.sendRejection(error) else {
        fatalError("a refusal isn't told")
      }
      Self.requireLegal(answer, byteLimit: .max)
      require(machine.isResponseEnded)
      return nil
    }
  }

  private static func receiveData(_ input: inout FuzzedInput, by machine: inout StreamStateMachine)
  {
    while input.byte() % 4 != 0, !input.isEmpty {
      let data = input.bytes(Int(input.byte()))
      machine.receive(ByteBuffer(bytes: data), endStream: input.byte() % 8 == 0)
      if input.byte() % 2 == 0 { Self.takeEvents(of: &machine) }
    }
    machine.receive(ByteBuffer(), endStream: true)
    Self.takeEvents(of: &machine)
    require(machine.isRequestEnded)
    require(machine.pendingRequestByteCount == 0, "bytes are kept for nobody")
  }

  private static func takeEvents(of machine: inout StreamStateMachine) {
    var isEnded = false
    while let event = machine.nextRequestEvent() {
      require(!isEnded, "something comes after the end")
      switch event {
      case .message(let message): require(message.readableBytes <= 1 << 12)
      case .end, .failure: isEnded = true
      }
    }
  }

  private static func answer(
    _ metadata: Metadata,
    _ input: inout FuzzedInput,
    by machine: inout StreamStateMachine,
    _ messages: HTTP2ServerTransport.Configuration.Messages
  ) {
    // Handlers send what they were sent, whatever it is called, and more.
    var metadata = metadata
    while input.byte() % 4 != 0, !input.isEmpty {
      if input.byte() % 2 == 0 {
        metadata.addString(input.text(), forKey: input.text())
      } else {
        metadata.addBinary(input.bytes(Int(input.byte())), forKey: input.text())
      }
    }
    if input.byte() % 2 == 0, let headers = machine.sendHeaders(metadata) {
      Self.requireLegal(headers, byteLimit: .max)
    }
    let code = Status.Code(rawValue: Int(input.byte() % 17)) ?? .unknown
    let status = Status(code: code, message: String(decoding: input.rest(), as: UTF8.self))
    guard let trailers = machine.sendStatus(status, metadata: metadata) else {
      fatalError("a status is lost")
    }
    Self.requireLegal(trailers, byteLimit: messages.maximumTrailersByteCount)
    require(trailers["grpc-status"] == ["\(code.rawValue)"])
    require(machine.sendStatus(status, metadata: metadata) == nil, "a second status")
  }

  /// Whether a client takes them, which loses the status otherwise.
  private static func requireLegal(_ headers: HPACKHeaders, byteLimit: Int) {
    var byteCount = 0
    for (name, value, _) in headers {
      byteCount += name.utf8.count + value.utf8.count + HPACKHeaders.entryOverheadByteCount
      require(!name.utf8.contains { !(0x21...0x7e).contains($0) || (0x41...0x5a).contains($0) })
      require(value.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "\(name): \(value)")
    }
    require(byteCount <= byteLimit, "\(byteCount) bytes of trailers")
  }
}
