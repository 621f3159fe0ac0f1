internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

extension FlightService {
  func cancelFlightInfo(
    _ request: FlightCancelFlightInfoRequest,
    _ call: Call
  ) async throws -> [UInt8] {
    var result = FlightCancelFlightInfoResult()
    result.status =
      switch try await self.cancel(request.info, call) {
      case .cancelled: .cancelled
      case .cancelling: .cancelling
      case .notCancellable: .notCancellable
      }
    return try result.serializedBytes()
  }

  /// The same by Flight SQL's older action, in which the `FlightInfo` is encoded.
  func cancelQuery(_ request: ActionCancelQueryRequest, _ call: Call) async throws -> [UInt8] {
    guard let info = try? FlightInfo(serializedBytes: request.info) else {
      throw CommandError.malformed(FlightInfo.protoMessageName)
    }
    var result = ActionCancelQueryResult()
    result.result =
      switch try await self.cancel(info, call) {
      case .cancelled: .cancelled
      case .cancelling: .cancelling
      case .notCancellable: .notCancellable
      }
    return try PackedMessage.pack(result)
  }

  /// Extends the life of the result behind an endpoint.
  ///
  /// The endpoint says when it expires only if it can be fetched several times until then.
  func renewFlightEndpoint(
    _ request: FlightRenewFlightEndpointRequest,
    _ call: Call
  ) throws -> [UInt8] {
    var endpoint = request.endpoint
    endpoint.clearExpirationTime()
    if let handle = try Self.resultHandle(in: endpoint.ticket.ticket),
      let expiry = try self.engine.renew(handle, for: call.session.principal)
    {
      endpoint.expirationTime = Google_Protobuf_Timestamp(expiry)
    }
    return try endpoint.serializedBytes()
  }

  /// Cancels what a `FlightInfo` of the caller's principal stands for.
  private func cancel(_ info: FlightInfo, _ call: Call) async throws -> CancellationOutcome {
    let tickets =
      info.endpoint.isEmpty ? [info.appMetadata] : info.endpoint.map(\.ticket.ticket)
    guard tickets.count <= Self.cancelledTicketLimit else {
      throw RPCError(
        code: .invalidArgument,
        message: "The FlightInfo has \(tickets.count) endpoints; "
          + "\(Self.cancelledTicketLimit) can be cancelled at once."
      )
    }
    var outcome = CancellationOutcome.cancelled
    for ticket in tickets {
      guard let handle = try Self.resultHandle(in: ticket) else { return .notCancellable }
      let next = try await self.engine.cancel(handle, for: call.session.principal)
      if next != .cancelled { outcome = next }
    }
    return outcome
  }

  /// How many endpoints one request may have.
  private static let cancelledTicketLimit = 16

  /// The result a ticket stands for; `nil` where the ticket itself says what to run.
  private static func resultHandle(in ticket: Data) throws -> Handle? {
    guard case .ticketStatementQuery(let query) = try Command(encoded: Array(ticket)) else {
      return nil
    }
    return try QueryTicket(query.statementHandle).handle
  }
}
