import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One gRPC call on its HTTP/2 stream: feeds the state machine and does what it says.
final class StreamHandler {
  /// A call whose request is accepted; it starts when what arrived with its headers is read.
  struct Call {
    let head: RequestHead
    let queue: RequestQueue
    let writer: ResponseWriter
    let running = RunningCall()
    let outcome = CallOutcome()
  }

  private enum Phase {
    case awaitingRequest
    case accepted(Call)
    case running(Call)
    /// The call never ran; its stream is still to end.
    case refused
    case over
  }

  let id: HTTP2StreamID
  let connection: ConnectionContext
  let owner: ConnectionHandler
  var machine: StreamStateMachine
  var isOpen = true
  var isPumping = false
  var isWaiting = false
  var backlog: WriteBacklog
  private var phase = Phase.awaitingRequest
  private var deadline: Scheduled<Void>?
  private var receiveWindow: ReceiveWindow
  private var reservedByteCount = 0

  init(id: HTTP2StreamID, connection: ConnectionContext, owner: ConnectionHandler) {
    self.id = id
    self.connection = connection
    self.owner = owner
    let configuration = connection.configuration
    machine = StreamStateMachine(messages: configuration.messages)
    receiveWindow = ReceiveWindow(target: configuration.connection.streamReceiveWindowByteCount)
    backlog = WriteBacklog(
      highWaterMark: configuration.stream.outboundHighWaterMark,
      lowWaterMark: configuration.stream.outboundLowWaterMark
    )
  }

  var call: Call? {
    switch phase {
    case .accepted(let call), .running(let call): call
    case .awaitingRequest, .refused, .over: nil
    }
  }
}

// MARK: - Request

extension StreamHandler {
  func receive(_ payload: HTTP2Frame.FramePayload) {
    switch payload {
    case .headers(let frame):
      if frame.endStream { receiveWindow.close() }
      receive(frame)
    case .data(let frame):
      guard case .byteBuffer(let buffer) = frame.data else { return }
      if frame.endStream { receiveWindow.close() }
      machine.receive(buffer, endStream: frame.endStream)
    default: return
    }
    deliverRequest()
  }

  func windowChanged(to byteCount: Int) {
    widenWindow(by: receiveWindow.changed(to: byteCount))
  }

  func windowChanged(by byteCount: Int) {
    widenWindow(by: receiveWindow.changed(by: byteCount))
  }

  private func widenWindow(by increment: Int?) {
    guard isOpen, let increment else { return }
    owner.write(.windowUpdate(windowSizeIncrement: increment), on: id)
    owner.flush()
  }

  private func receive(_ frame: HTTP2Frame.FramePayload.Headers) {
    do {
      let head = try machine.receive(
        frame.headers,
        endStream: frame.endStream,
        methods: connection.methods
      )
      guard let head else { return }
      guard connection.beginCall() else {
        let limit = connection.configuration.connection.maximumRunningCallCount
        return reject(.tooManyRunningCalls(limit: limit), frame.headers)
      }
      accept(head)
    } catch {
      reject(error, frame.headers)
    }
  }

  private func reject(_ rejection: RequestRejection, _ request: HPACKHeaders) {
    guard let headers = machine.sendRejection(rejection) else { return }
    phase = .refused
    reportRefusal(path: request.first(name: ":path") ?? "", rejection.status.code)
    end(with: headers)
  }

  private func reportRefusal(path: String, _ code: Status.Code) {
    connection.configuration.onRefusal?(path, connection.info, code)
  }

  private func accept(_ head: RequestHead) {
    let eventLoop = connection.eventLoop
    let handler = NIOLoopBound(self, eventLoop: eventLoop)
    let limits = connection.configuration.stream
    let queue = RequestQueue(
      highWaterMark: limits.requestHighWaterMark,
      lowWaterMark: limits.requestLowWaterMark,
      budget: connection.budget
    ) {
      if eventLoop.inEventLoop {
        handler.value.deliverRequest()
      } else {
        eventLoop.execute { handler.value.deliverRequest() }
      }
    }
    let writer = ResponseWriter(
      limits: limits,
      messageByteLimit: connection.configuration.messages.maximumSentByteCount,
      isUnary: head.method.type == .unary,
      eventLoop: eventLoop
    ) {
      handler.value.pump()
    }
    if head.handler == nil { queue.enqueue(metadata: head.metadata) }
    phase = .accepted(Call(head: head, queue: queue, writer: writer))
    if let timeout = head.timeout {
      deadline = eventLoop.assumeIsolated().scheduleTask(in: timeout.amount) {
        self.fail(
          RPCError(
            code: .deadlineExceeded,
            message: "The call's deadline passed after \(timeout.amount)."
          )
        )
      }
    }
  }

  private func deliverRequest() {
    guard let call else { return }
    // A few compressed bytes may be many messages: they are taken as the handler takes them.
    var isPaused = call.queue.pausesReading()
    while !isPaused, let event = machine.nextRequestEvent() {
      switch event {
      case .message(let message): call.queue.enqueue(message: message)
      case .end: call.queue.finish()
      case .failure(let error): return fail(error)
      }
      if connection.budget.exceededLimit != nil { break }
      isPaused = call.queue.pausesReading()
    }
    reserve(machine.pendingRequestByteCount)
    // What is there of a message that isn't whole yet must not keep its rest away.
    widenWindow(by: receiveWindow.hold(isPaused ? machine.pendingRequestByteCount : 0))
    if let limit = connection.budget.exceededLimit {
      fail(
        RPCError(
          code: .resourceExhausted,
          message: "More than \(limit) bytes of requests wait for their calls already."
        )
      )
    }
  }

  private func reserve(_ byteCount: Int) {
    connection.budget.reserve(byteCount - reservedByteCount)
    connection.budget.release(reservedByteCount - byteCount)
    reservedByteCount = byteCount
  }

  func startCall() {
    if case .accepted(let call) = phase { start(call) }
  }

  private func start(_ call: Call) {
    phase = .running(call)
    if let handler = call.head.handler { return start(call, handler) }
    let connection = connection
    let running = call.running
    let outcome = call.outcome
    let descriptor = call.head.method
    let stream = RPCStream(
      descriptor: descriptor,
      inbound: RPCAsyncSequence(wrapping: call.queue),
      outbound: RPCWriter.Closable(wrapping: call.writer)
    )
    let operation: @Sendable @concurrent () async -> Void = {
      await withServerContextRPCCancellationHandle { handle in
        running.onCancel { handle.cancel() }
        var context = ServerContext(
          descriptor: descriptor,
          remotePeer: connection.info.remotePeer,
          localPeer: connection.info.localPeer,
          cancellation: handle
        )
        context.transportSpecific = connection.info
        await CallOutcome.$current.withValue(outcome) {
          await connection.handler(stream, context)
        }
      }
      running.end()
      connection.endCall()
    }
    running.attach(
      connection.configuration.runsHandlersOnEventLoop
        ? Task.immediate(executorPreference: connection.executor, operation: operation)
        : Task(operation: operation)
    )
  }

  private func start(_ call: Call, _ handler: @escaping DirectMethod.Handler) {
    let connection = connection
    let direct = DirectCall(
      method: call.head.method,
      metadata: call.head.metadata,
      connection: connection.info,
      outcome: call.outcome,
      running: call.running,
      queue: call.queue,
      writer: call.writer
    )
    let operation: @Sendable @concurrent () async -> Void = {
      await handler(direct)
      await direct.writer.finish()
      direct.running.end()
      connection.endCall()
    }
    call.running.attach(
      connection.configuration.runsHandlersOnEventLoop
        ? Task.immediate(executorPreference: connection.executor, operation: operation)
        : Task(operation: operation)
    )
  }
}

// MARK: - Ends

extension StreamHandler {
  /// Ends the call with a status of the transport's own; the handler is cancelled.
  func fail(_ error: RPCError) {
    let status = Status(code: Status.Code(error.code), message: error.message)
    var metadata = error.metadata
    if let call { metadata.add(contentsOf: call.outcome.trailers) }
    guard let trailers = machine.sendStatus(status, metadata: metadata) else { return }
    cancelCall(error)
    // Behind data that the client may never take the trailers would wait for ever.
    if isWritable { end(with: trailers) } else { reset() }
  }

  /// Sends the last headers and, if the client is still sending, tells it to stop.
  func end(with headers: HPACKHeaders) {
    deadline?.cancel()
    deadline = nil
    let mustReset = !machine.isRequestEnded
    machine.discardRequest()
    reserve(0)
    guard isOpen else { return }
    let frame = HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: true))
    let written = mustReset ? connection.eventLoop.makePromise(of: Void.self) : nil
    owner.write(frame, on: id, promise: written)
    owner.flush()
    written?.futureResult.assumeIsolated().whenSuccess { self.reset(.noError) }
  }

  /// Ends the stream now, whatever the client still sends or waits for.
  func reset(_ code: HTTP2ErrorCode = .cancel) {
    guard isOpen else { return }
    owner.write(.rstStream(code), on: id)
    owner.flush()
  }

  /// The stream has ended: the call too, or it is cancelled.
  func ended() {
    isOpen = false
    if !machine.isResponseEnded {
      _ = machine.sendStatus(Status(code: .cancelled, message: ""), metadata: [:])
      cancelCall(
        RPCError(code: .cancelled, message: "The client cancelled the call or went away.")
      )
    }
    machine.discardRequest()
    reserve(0)
    phase = .over
    deadline?.cancel()
    deadline = nil
  }

  private func cancelCall(_ error: RPCError) {
    switch phase {
    case .accepted(let call):
      call.queue.fail(error)
      call.writer.fail(error)
      connection.endCall()
      phase = .refused
      reportRefusal(path: "/" + call.head.method.fullyQualifiedMethod, Status.Code(error.code))
    case .running(let call):
      call.outcome.fail(error)
      call.queue.fail(error)
      call.writer.fail(error)
      call.running.cancel()
    case .awaitingRequest, .refused, .over: break
    }
  }
}
