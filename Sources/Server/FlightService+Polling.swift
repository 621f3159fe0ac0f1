internal import ArrowIPC
internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import GRPCTransport
internal import NIOCore
internal import SwiftProtobuf

extension FlightService {
  /// How long the first answer waits, so that a quick statement needs no second one.
  private static let firstPollWait = Duration.milliseconds(100)
  /// How long later answers wait for the statement's end.
  private static let pollWait = Duration.seconds(1)

  /// Starts a statement that then runs on its own, or tells how far it has got.
  ///
  /// The descriptor to poll with holds the ticket that fetches the result in the end.
  func pollFlightInfo(_ descriptor: FlightDescriptor, _ call: Call) async throws -> FlightPollInfo {
    let started: PolledStatement
    switch call.noting(try Command(descriptor: descriptor)) {
    case .statementQuery(let command):
      let (session, transaction) = try self.scope(of: command.transactionID, call)
      self.log.statement(command.query, call)
      started = try session.poll(command.query, in: transaction)
    case .preparedStatementQuery(let command):
      let (session, handle) = try self.prepared(command.preparedStatementHandle, call)
      started = try session.poll(prepared: handle)
    case .ticketStatementQuery(let command):
      guard let handle = Handle(command.statementHandle) else {
        throw EngineError.unknownPolledStatement
      }
      try await self.engine.polled(handle, for: call.session.principal).statement.wait(
        atMost: call.answerTime(atMost: Self.pollWait)
      )
      return try self.pollInfo(handle, descriptor, call)
    default:
      var pollInfo = FlightPollInfo()
      pollInfo.info = try await self.getFlightInfo(descriptor, call)
      pollInfo.progress = 1
      return pollInfo
    }
    call.record?.note(statement: started.number)
    await started.wait(atMost: call.answerTime(atMost: Self.firstPollWait))
    guard !call.cancellation.isCancelled else {
      // Without this answer its client can't ask again.
      self.engine.abandon(started)
      throw EngineError.cancelled
    }
    return try self.pollInfo(started.handle, descriptor, call)
  }

  private func pollInfo(
    _ handle: Handle,
    _ descriptor: FlightDescriptor,
    _ call: Call
  ) throws -> FlightPollInfo {
    let (statement, expiry) = try self.engine.polled(handle, for: call.session.principal)
    let progress = try statement.progress()
    var ticket = TicketStatementQuery()
    ticket.statementHandle = Data(handle.bytes)
    let packedTicket = Data(try PackedMessage.pack(ticket))
    var pollInfo = FlightPollInfo()
    pollInfo.expirationTime = Google_Protobuf_Timestamp(expiry)
    pollInfo.info.flightDescriptor = descriptor
    pollInfo.info.totalRecords = -1
    pollInfo.info.totalBytes = -1
    // There is no endpoint before the end: cancelling finds the statement by this.
    pollInfo.info.appMetadata = packedTicket
    switch progress {
    case .running(let schema, let fraction):
      pollInfo.flightDescriptor.type = .cmd
      pollInfo.flightDescriptor.cmd = packedTicket
      if let schema { pollInfo.info.schema = schema.encapsulatedData }
      if let fraction { pollInfo.progress = fraction }
    case .completed(let schema):
      var endpoint = FlightEndpoint()
      endpoint.ticket.ticket = packedTicket
      endpoint.expirationTime = Google_Protobuf_Timestamp(expiry)
      pollInfo.info.schema = schema.encapsulatedData
      pollInfo.info.endpoint = [endpoint]
      pollInfo.progress = 1
    }
    return pollInfo
  }
}

extension Call {
  /// How long an answer may wait: half of the time that the client gives at most, so that it
  /// arrives.
  fileprivate func answerTime(atMost limit: Duration) -> Duration {
    guard let timeout else { return limit }
    return min(limit, .nanoseconds(timeout.amount.nanoseconds / 2))
  }
}
