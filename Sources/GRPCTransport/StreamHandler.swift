import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One gRPC call on its HTTP/2 stream: feeds the state machine and does what it says.
final class StreamHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias InboundOut = Never
  typealias OutboundIn = Never
  typealias OutboundOut = HTTP2Frame.FramePayload

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

  let connection: ConnectionContext
  private let owner: ConnectionHandler
  var machine: StreamStateMachine
  var context: ChannelHandlerContext?
  var isPumping = false
  private var phase = Phase.awaitingRequest
  private var deadline: Scheduled<Void>?
  private var isReadHeld = false
  private var isStartScheduled = false
  private var reservedPartialByteCount = 0

  init(connection: ConnectionContext, owner: ConnectionHandler) {
    self.connection = connection
    self.owner = owner
    machine = StreamStateMachine(messages: connection.configuration.messages)
  }

  var call: Call? {
    switch phase {
    case .accepted(let call), .running(let call): call
    case .awaitingRequest, .refused, .over: nil
    }
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    owner.streamBegan(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    clientLeft()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    clientLeft()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    clientLeft()
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let frame): receive(frame)
    case .data(let frame):
      guard case .byteBuffer(let buffer) = frame.data else { return }
      machine.receive(buffer, endStream: frame.endStream)
    default: return
    }
    deliverRequest()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if case .accepted = phase, !isStartScheduled { scheduleStart(on: context.eventLoop) }
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if let call, call.queue.pausesReading() {
      isReadHeld = true
    } else {
      context.read()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    // HTTP/2 reports room for a frame before it has written it: trailers sent now would overtake it.
    if context.channel.isWritable { context.eventLoop.assumeIsolated().execute { self.pump() } }
    context.fireChannelWritabilityChanged()
  }

  /// The handler has caught up: what has arrived already comes first.
  private func resumeReading() {
    deliverRequest()
    guard isReadHeld, call?.queue.pausesReading() != true else { return }
    isReadHeld = false
    context?.read()
  }
}

// MARK: - Request

extension StreamHandler {
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
        handler.value.resumeReading()
      } else {
        eventLoop.execute { handler.value.resumeReading() }
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
    while !call.queue.pausesReading(), let event = machine.nextRequestEvent() {
      switch event {
      case .message(let message): call.queue.enqueue(message: message)
      case .end: call.queue.finish()
      case .failure(let error): return fail(error)
      }
      if connection.budget.exceededLimit != nil { break }
    }
    reservePartialMessage(machine.pendingRequestByteCount)
    if let limit = connection.budget.exceededLimit {
      fail(
        RPCError(
          code: .resourceExhausted,
          message: "More than \(limit) bytes of requests wait for their calls already."
        )
      )
    }
  }

  private func reservePartialMessage(_ byteCount: Int) {
    connection.budget.reserve(byteCount - reservedPartialByteCount)
    connection.budget.release(reservedPartialByteCount - byteCount)
    reservedPartialByteCount = byteCount
  }

  /// Starts the call at the end of the loop's turn: a request that arrived at one go is whole then,
  /// and what the handler answers at once is written at once.
  private func scheduleStart(on eventLoop: any EventLoop) {
    isStartScheduled = true
    eventLoop.assumeIsolated().execute {
      if case .accepted(let call) = self.phase { self.start(call) }
    }
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
    if let context, !context.channel.isWritable {
      // The trailers would wait behind data that the client may never take.
      context.close(promise: nil)
    } else {
      end(with: trailers)
    }
  }

  /// Sends the last headers and, if the client is still sending, tells it to stop.
  func end(with headers: HPACKHeaders) {
    deadline?.cancel()
    deadline = nil
    let mustReset = !machine.isRequestEnded
    machine.discardRequest()
    reservePartialMessage(0)
    guard let context else { return }
    let frame = HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: true))
    guard mustReset else {
      context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
      return
    }
    let written = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(frame), promise: written)
    written.futureResult.assumeIsolated().whenSuccess {
      self.context?.writeAndFlush(self.wrapOutboundOut(.rstStream(.noError)), promise: nil)
    }
  }

  private func clientLeft() {
    if !machine.isResponseEnded {
      _ = machine.sendStatus(Status(code: .cancelled, message: ""), metadata: [:])
      cancelCall(
        RPCError(code: .cancelled, message: "The client cancelled the call or went away.")
      )
    }
    machine.discardRequest()
    reservePartialMessage(0)
    if case .over = phase {} else { owner.streamEnded(self) }
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
