package import GRPCCore
package import NIOCore
package import NIOHPACK

/// The rules of one gRPC stream: what may follow what, and what goes on the wire for it.
package struct StreamStateMachine {
  private enum RequestState {
    case awaitingHeaders
    case receiving(MessageDeframer)
    /// The client ended its side; what the deframer still holds is delivered first.
    case draining(MessageDeframer)
    case ended
    /// Nobody wants the rest of the request.
    case discarding(isEnded: Bool)
  }

  private enum ResponseState {
    case awaitingHeaders
    case sendingMessages
    case ended
  }

  /// What the request holds next.
  package enum RequestEvent {
    case message(ByteBuffer)
    case end
    case failure(RPCError)
  }

  private let messages: HTTP2ServerTransport.Configuration.Messages
  private var request = RequestState.awaitingHeaders
  private var response = ResponseState.awaitingHeaders
  package private(set) var isCompressing = false

  package init(messages: HTTP2ServerTransport.Configuration.Messages) {
    self.messages = messages
  }

  package var isResponseEnded: Bool {
    if case .ended = response { true } else { false }
  }

  /// Whether the client has ended its side of the stream.
  package var isRequestEnded: Bool {
    switch request {
    case .awaitingHeaders, .receiving: false
    case .draining, .ended: true
    case .discarding(let isEnded): isEnded
    }
  }

  /// Bytes that arrived and weren't taken, most often those of a message that isn't complete.
  package var pendingRequestByteCount: Int {
    switch request {
    case .receiving(let deframer), .draining(let deframer): deframer.bufferedByteCount
    case .awaitingHeaders, .ended, .discarding: 0
    }
  }
}

// MARK: - Request

extension StreamStateMachine {
  /// Takes a HEADERS frame: nil for trailers, which only end the request.
  package mutating func receive(
    _ headers: HPACKHeaders,
    endStream: Bool,
    methods: MethodTable
  ) throws(RequestRejection) -> RequestHead? {
    switch request {
    case .awaitingHeaders: break
    case .receiving(let deframer):
      if endStream { request = .draining(deframer) }
      return nil
    case .draining, .ended: return nil
    case .discarding(let isEnded):
      request = .discarding(isEnded: isEnded || endStream)
      return nil
    }
    do {
      let head = try RequestHead(headers, methods: methods)
      let deframer = MessageDeframer(
        encoding: head.encoding,
        messageByteLimit: head.messageByteLimit ?? messages.maximumReceivedByteCount
      )
      request = endStream ? .draining(deframer) : .receiving(deframer)
      isCompressing = messages.compressesResponses && head.acceptsGzip
      return head
    } catch {
      request = .discarding(isEnded: endStream)
      throw error
    }
  }

  package mutating func receive(_ data: ByteBuffer, endStream: Bool) {
    switch request {
    case .receiving(var deframer):
      request = .ended
      deframer.append(data)
      request = endStream ? .draining(deframer) : .receiving(deframer)
    case .discarding(let isEnded):
      request = .discarding(isEnded: isEnded || endStream)
    case .awaitingHeaders, .draining, .ended: break
    }
  }

  /// The next message, end or error that can be told from what has arrived.
  package mutating func nextRequestEvent() -> RequestEvent? {
    switch request {
    case .receiving(var deframer):
      request = .ended
      return takeMessage(from: &deframer, isDraining: false)
    case .draining(var deframer):
      request = .ended
      return takeMessage(from: &deframer, isDraining: true)
    case .awaitingHeaders, .ended, .discarding:
      return nil
    }
  }

  private mutating func takeMessage(
    from deframer: inout MessageDeframer,
    isDraining: Bool
  ) -> RequestEvent? {
    do {
      if let message = try deframer.next() {
        request = isDraining ? .draining(deframer) : .receiving(deframer)
        return .message(message)
      }
    } catch {
      request = .discarding(isEnded: isDraining)
      return .failure(error)
    }
    guard isDraining else {
      request = .receiving(deframer)
      return nil
    }
    guard deframer.bufferedByteCount > 0 else { return .end }
    request = .discarding(isEnded: true)
    return .failure(
      RPCError(code: .internalError, message: "The request ended in the middle of a message.")
    )
  }
}

// MARK: - Response

extension StreamStateMachine {
  private static let plainHeaders: HPACKHeaders = [
    ":status": "200", "content-type": "application/grpc",
  ]

  private static let plainTrailers: HPACKHeaders = ["grpc-status": "0"]

  /// The response's headers, or nil if it is too late for them.
  package mutating func sendHeaders(_ metadata: Metadata) -> HPACKHeaders? {
    guard case .awaitingHeaders = response else { return nil }
    response = .sendingMessages
    var headers = Self.plainHeaders
    if isCompressing { headers.add(name: "grpc-encoding", value: MessageEncoding.gzip.rawValue) }
    if !metadata.isEmpty { headers.add(metadata, byteLimit: .max) }
    return headers
  }

  /// Whether a message may be sent; headers that are due must go out before it.
  package func canSendMessage() -> Bool {
    if case .sendingMessages = response { true } else { false }
  }

  /// The trailers, which are headers too if none were sent; nil if the response has ended.
  package mutating func sendStatus(_ status: Status, metadata: Metadata) -> HPACKHeaders? {
    let isTrailersOnly: Bool
    switch response {
    case .awaitingHeaders: isTrailersOnly = true
    case .sendingMessages: isTrailersOnly = false
    case .ended: return nil
    }
    response = .ended
    if !isTrailersOnly, status.code == .ok, metadata.isEmpty { return Self.plainTrailers }
    return trailers(
      isTrailersOnly ? Self.plainHeaders : HPACKHeaders(),
      status: status,
      metadata: metadata
    )
  }

  /// The whole answer to a request that is refused.
  package mutating func sendRejection(_ rejection: RequestRejection) -> HPACKHeaders? {
    guard case .awaitingHeaders = response else { return nil }
    response = .ended
    var headers: HPACKHeaders = [
      ":status": rejection.httpStatus, "content-type": "application/grpc",
    ]
    switch rejection {
    case .httpMethodNotAllowed: headers.add(name: "allow", value: "POST")
    case .unknownEncoding:
      headers.add(name: "grpc-accept-encoding", value: MessageEncoding.accepted)
    default: break
    }
    return trailers(headers, status: rejection.status, metadata: [:])
  }

  /// Gives up on the request's rest, if any is still to come.
  package mutating func discardRequest() {
    request = .discarding(isEnded: isRequestEnded)
  }

  private func trailers(
    _ base: HPACKHeaders,
    status: Status,
    metadata: Metadata
  ) -> HPACKHeaders {
    var headers = base
    headers.add(name: "grpc-status", value: String(status.code.rawValue))
    if !status.message.isEmpty {
      headers.addUnindexed(
        name: "grpc-message",
        value: StatusMessage.encode(
          status.message,
          encodedByteLimit: messages.maximumStatusMessageByteCount
        )
      )
    }
    guard !metadata.isEmpty else { return headers }
    let used = headers.reduce(0) {
      $0 + $1.name.utf8.count + $1.value.utf8.count + HPACKHeaders.entryOverheadByteCount
    }
    let remaining = headers.addStatusDetails(
      from: metadata,
      byteLimit: max(0, messages.maximumTrailersByteCount - used)
    )
    headers.add(metadata, byteLimit: remaining)
    return headers
  }
}
