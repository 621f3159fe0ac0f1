internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

extension FlightService {
  /// Runs an update, binds values or takes rows in.
  ///
  /// The answer to a command without data doesn't wait for the client to close its side: clients
  /// of Arrow Java and C++ read it first.
  func doPut(
    _ request: StreamingServerRequest<FlightData>,
    _ context: ServerContext
  ) async throws -> StreamingServerResponse<FlightPutResult> {
    let call = try await self.call(request.metadata, context)
    var messages = request.messages.makeAsyncIterator()
    guard let first = try await messages.next(), let descriptor = first.descriptor else {
      throw RPCError(
        code: .invalidArgument,
        message:
          "The first message of DoPut must carry a descriptor with a command. (ADBC sends none "
          + "where there are no batches to ingest: give it one without rows.)"
      )
    }
    let recordCount: Int
    switch call.noting(try Command(descriptor: descriptor)) {
    case .statementUpdate(let command):
      let (session, transaction) = try self.scope(of: command.transactionID, call)
      self.log.statement(command.query, call)
      recordCount = try await call.run {
        try await session.update(
          command.query,
          in: transaction,
          cancellation: call.cancellation
        )
      }
    case .preparedStatementUpdate(let command):
      recordCount = try await self.update(command, from: first, &messages, call)
    case .preparedStatementQuery(let command):
      let result = try await self.bind(command, from: first, &messages, call)
      return StreamingServerResponse(metadata: call.responseMetadata) { writer in
        try await writer.write(result)
        return [:]
      }
    case .statementIngest(let command):
      recordCount = try await self.ingest(command, from: first, &messages, call)
    case .statementSubstraitPlan:
      throw RPCError.noSubstrait("CommandStatementSubstraitPlan")
    case let command:
      throw RPCError.notBuilt("DoPut for \(command.name)")
    }
    call.noteStatement()
    call.record?.note(rowCount: max(0, recordCount))
    var update = DoPutUpdateResult()
    update.recordCount = Int64(recordCount)
    var result = FlightPutResult()
    result.appMetadata = try update.serializedBytes()
    return StreamingServerResponse(metadata: call.responseMetadata) { [result] writer in
      try await writer.write(result)
      return [:]
    }
  }
}
