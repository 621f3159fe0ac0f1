internal import ArrowIPC
internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import NIOCore

extension FlightService {
  func getFlightInfo(_ descriptor: FlightDescriptor, _ call: Call) async throws -> FlightInfo {
    let announced: AnnouncedResult
    switch call.noting(try Command(descriptor: descriptor)) {
    case .statementQuery(let command):
      let (session, transaction) = try self.scope(of: command.transactionID, call)
      self.log.statement(command.query, call)
      announced = try await session.announce(
        command.query,
        in: transaction,
        cancellation: call.cancellation
      )
    case .preparedStatementQuery(let command):
      let (session, handle) = try self.prepared(command.preparedStatementHandle, call)
      announced = try await session.announce(
        prepared: handle,
        cancellation: call.cancellation
      )
    case .statementSubstraitPlan:
      throw RPCError.noSubstrait("CommandStatementSubstraitPlan")
    case let command:
      return try self.metadataInfo(command, descriptor)
    }
    return try self.info(call.noting(announced), descriptor, call)
  }

  func getSchema(_ descriptor: FlightDescriptor, _ call: Call) async throws -> FlightSchemaResult {
    let schema: Schema
    switch call.noting(try Command(descriptor: descriptor)) {
    case .statementQuery(let command):
      let (session, transaction) = try self.scope(of: command.transactionID, call)
      schema = try await session.describe(
        command.query,
        in: transaction,
        cancellation: call.cancellation
      )
    case .preparedStatementQuery(let command):
      let (session, handle) = try self.prepared(command.preparedStatementHandle, call)
      schema = try await session.schema(prepared: handle, cancellation: call.cancellation)
    case .statementSubstraitPlan:
      throw RPCError.noSubstrait("CommandStatementSubstraitPlan")
    case let command:
      guard let fixed = command.metadataSchema else {
        throw RPCError.notBuilt("GetSchema for \(command.name)")
      }
      schema = fixed
    }
    var result = FlightSchemaResult()
    result.schema = schema.encapsulatedData
    return result
  }

  func doGet(_ ticket: FlightTicket, _ call: Call, _ reply: Reply) async throws {
    let stream = try await self.stream(for: ticket, call)
    call.record?.note(statement: stream.number)
    if stream.cancellation !== call.cancellation { call.record?.note(work: stream.cancellation) }
    // The first part comes before the response begins: a query that fails at once answers with
    // its error alone.
    reply.onCancel(stream.cancellation)
    let first = try await stream.next()
    try await self.send(stream, from: first, to: reply, call.record)
  }

  private func stream(for ticket: FlightTicket, _ call: Call) async throws -> ResultStream {
    switch call.noting(try Command(ticket: ticket)) {
    case .ticketStatementQuery(let command):
      return try await self.stream(for: try QueryTicket(command.statementHandle), call)
    case .preparedStatementQuery(let command):
      let (session, handle) = try self.prepared(command.preparedStatementHandle, call)
      let announced = try await session.announce(
        prepared: handle,
        cancellation: call.cancellation
      )
      return try self.engine.fetch(announced.handle, for: session.principal)
    case let command:
      return try await self.metadata(command, call)
    }
  }

  /// A result that waits here, or that of a query which another server has announced.
  private func stream(for ticket: QueryTicket, _ call: Call) async throws -> ResultStream {
    let principal = call.session.principal
    do {
      return try self.engine.fetch(ticket.handle, for: principal)
    } catch EngineError.unknownTicket {
      guard let sealed = self.ticketSeal?.open(ticket, for: principal) else {
        throw EngineError.unknownTicket
      }
      self.log.statement(sealed.query.sql, call)
      return try await self.engine.adopt(
        sealed.query,
        as: ticket.handle,
        for: principal,
        cancellation: call.cancellation
      ) { schema in
        TicketSeal.fingerprint(of: schema.encapsulatedData) == sealed.fingerprint
      }
    }
  }

  private func send(
    _ stream: ResultStream,
    from first: ResultStep?,
    to reply: Reply,
    _ record: CallRecord?
  ) async throws {
    func send(_ batch: EncodedMessage) async throws {
      try await reply.write(FlightData(batch))
      record?.note(rowCount: batch.rowCount, byteCount: batch.bodyByteCount)
    }
    do {
      try await reply.begin()
      try await reply.write(
        FlightData(header: MessageEncoder.schemaMessage(stream.schema.announced))
      )
      if let batch = first?.batch { try await send(batch) }
      guard first?.isLast == false else { return }
      try await stream.forEachBatch(send)
    } catch {
      await stream.close()
      throw error
    }
  }

  /// A prepared statement as its client names it, and the session it lives in.
  func prepared(
    _ bytes: Data,
    _ call: Call
  ) throws(EngineError) -> (session: Session, handle: Handle) {
    guard let handle = Handle(bytes) else { throw .unknownPreparedStatement }
    return (call.session.holder(ofPrepared: handle), handle)
  }
}

extension FlightData {
  fileprivate init(_ batch: EncodedMessage) {
    self.init(header: batch.header, body: batch.body)
  }
}

extension FlightService {
  /// One endpoint without locations: the result is fetched by the address that announced it.
  private func info(
    _ announced: AnnouncedResult,
    _ descriptor: FlightDescriptor,
    _ call: Call
  ) throws -> FlightInfo {
    let schema = announced.schema.encapsulatedData
    var ticket = TicketStatementQuery()
    ticket.statementHandle =
      try self.ticketSeal?.ticket(
        announced.handle,
        for: announced.portable,
        schema: schema,
        of: call.session.principal
      ).bytes ?? Data(announced.handle.bytes)
    return FlightInfo(
      schema,
      ticket: Data(try PackedMessage.pack(ticket)),
      descriptor: descriptor
    )
  }
}

extension FlightInfo {
  init(_ schema: Schema, ticket: Data, descriptor: FlightDescriptor) {
    self.init(schema.encapsulatedData, ticket: ticket, descriptor: descriptor)
  }

  /// How many rows there will be isn't said: nobody knows yet.
  ///
  /// - Parameter schema: The result's columns, encoded.
  fileprivate init(_ schema: Data, ticket: Data, descriptor: FlightDescriptor) {
    var endpoint = FlightEndpoint()
    endpoint.ticket.ticket = ticket
    self.init()
    self.schema = schema
    self.flightDescriptor = descriptor
    self.endpoint = [endpoint]
    self.totalRecords = -1
    self.totalBytes = -1
  }
}

extension Schema {
  /// The schema as messages carry it inside a field.
  var encapsulatedData: Data {
    Data(MessageEncoder.encapsulatedSchema(self.announced).readableBytesView)
  }
}
