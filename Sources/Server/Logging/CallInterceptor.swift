internal import GRPCCore
internal import GRPCTransport

/// Gives each call its id and its record, and ends the record with the call's status.
struct CallInterceptor: ServerInterceptor {
  let log: AccessLog

  @concurrent func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>,
    context: ServerContext,
    next:
      @Sendable @concurrent (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    let record = CallRecord(
      requestID: RequestID.id(in: request.metadata),
      method: context.descriptor,
      peer: context.remotePeer,
      log: self.log
    )
    let outcome = CallOutcome.current
    outcome?.addTrailers([RequestID.header: .string(record.requestID)])
    do {
      let response = try await CallRecord.$current.withValue(record) {
        try await next(request, context)
      }
      var contents = try response.accepted.get()
      contents.metadata.addString(record.requestID, forKey: RequestID.header)
      let producer = contents.producer
      contents.producer = { writer in
        record.noteResponseStart()
        do {
          let trailers = try await producer(writer)
          record.end(outcome?.failure?.code.status ?? .ok)
          return trailers
        } catch {
          throw Self.end(record, error, outcome)
        }
      }
      return StreamingServerResponse(accepted: .success(contents))
    } catch {
      throw Self.end(record, error, outcome)
    }
  }

  private static func end(
    _ record: CallRecord,
    _ error: any Error,
    _ outcome: CallOutcome?
  ) -> RPCError {
    let failure = record.failure(error)
    // The client was told what the transport ended the call with, if it did.
    record.end((outcome?.failure?.code ?? failure.code).status)
    return failure
  }
}

extension RPCError.Code {
  var status: Status.Code { Status.Code(self) }
}
