internal import ArrowIPC
internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

extension FlightService {
  /// The actions this server carries out, with what `ListActions` says of them.
  private static let actions = [
    (
      "CreatePreparedStatement",
      "Compiles SQL. Body: ActionCreatePreparedStatementRequest. "
        + "Result: ActionCreatePreparedStatementResult."
    ),
    (
      "ClosePreparedStatement",
      "Frees a prepared statement. Body: ActionClosePreparedStatementRequest."
    ),
    (
      "BeginTransaction",
      "Begins a transaction. Body: ActionBeginTransactionRequest. "
        + "Result: ActionBeginTransactionResult."
    ),
    (
      "EndTransaction",
      "Commits a transaction or rolls it back. Body: ActionEndTransactionRequest."
    ),
    (
      "SetSessionOptions",
      "Sets catalog, schema and DuckDB settings for the session. Body: SetSessionOptionsRequest. "
        + "Result: SetSessionOptionsResult."
    ),
    (
      "GetSessionOptions",
      "Tells the session's options. Body: GetSessionOptionsRequest. "
        + "Result: GetSessionOptionsResult."
    ),
    (
      "CancelFlightInfo",
      "Stops a query or lets go of its result. Body: CancelFlightInfoRequest. "
        + "Result: CancelFlightInfoResult."
    ),
    (
      "CancelQuery",
      "The same, deprecated. Body: ActionCancelQueryRequest. Result: ActionCancelQueryResult."
    ),
    (
      "RenewFlightEndpoint",
      "Gives a result that waits for its client more time. Body: RenewFlightEndpointRequest. "
        + "Result: FlightEndpoint."
    ),
    (
      "CloseSession",
      "Ends the session and frees what it holds. Body: CloseSessionRequest. "
        + "Result: CloseSessionResult."
    ),
  ]

  func listActions(_ reply: Reply) async throws {
    try await reply.begin()
    for (type, description) in Self.actions {
      var action = FlightActionType()
      action.type = type
      action.description_p = description
      try await reply.write(action)
    }
  }

  func doAction(_ message: FlightAction, _ call: Call, _ reply: Reply) async throws {
    let action = call.noting(try Action(message))
    let results = try await self.results(of: action, call)
    try await reply.begin()
    for body in results {
      var result = FlightResult()
      result.body = Data(body)
      try await reply.write(result)
    }
  }

  private func results(of action: Action, _ call: Call) async throws -> [[UInt8]] {
    switch action {
    case .createPreparedStatement(let request):
      return [try await self.createPreparedStatement(request, call)]
    case .closePreparedStatement(let request):
      let (session, handle) = try self.prepared(request.preparedStatementHandle, call)
      defer { call.session.forget(handle) }
      session.close(prepared: handle)
      return []
    case .closeSession:
      return [try self.closeSession(call)]
    case .setSessionOptions(let request):
      return [try await self.setSessionOptions(request, call)]
    case .getSessionOptions:
      return [try await self.getSessionOptions(call)]
    case .beginTransaction:
      return [try await self.beginTransaction(call)]
    case .endTransaction(let request):
      try await self.endTransaction(request, call)
      return []
    case .cancelFlightInfo(let request):
      return [try await self.cancelFlightInfo(request, call)]
    case .cancelQuery(let request):
      return [try await self.cancelQuery(request, call)]
    case .renewFlightEndpoint(let request):
      return [try self.renewFlightEndpoint(request, call)]
    case .beginSavepoint, .endSavepoint:
      throw RPCError.noSavepoints(action.type)
    case .createPreparedSubstraitPlan:
      throw RPCError.noSubstrait(action.type)
    }
  }

  private func createPreparedStatement(
    _ request: ActionCreatePreparedStatementRequest,
    _ call: Call
  ) async throws -> [UInt8] {
    let (session, transaction) = try self.scope(of: request.transactionID, call)
    self.log.statement(request.query, call)
    let (handle, description) = try await session.prepare(
      request.query,
      in: transaction,
      cancellation: call.cancellation
    )
    call.session.remember(handle, in: session)
    var result = ActionCreatePreparedStatementResult()
    result.preparedStatementHandle = Data(handle.bytes)
    // Without columns it tells clients that don't read `is_update` that there is no result set.
    // Arrow's ODBC driver crashes where there is no schema at all.
    result.datasetSchema = description.schema.encapsulatedData
    result.parameterSchema = description.parameterSchema.encapsulatedData
    result.isUpdate = description.isUpdate
    return try PackedMessage.pack(result)
  }
}
