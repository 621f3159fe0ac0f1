internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import GRPCCore
internal import NIOCore

extension FlightService {
  typealias FlightDataMessages = RPCAsyncSequence<FlightData, any Error>.AsyncIterator

  /// Inserts the rows that follow a command.
  ///
  /// - Parameter first: The command's own message, which mostly brings the schema.
  /// - Returns: How many rows were inserted.
  func ingest(
    _ command: CommandStatementIngest,
    from first: FlightData,
    _ messages: inout FlightDataMessages,
    _ call: Call
  ) async throws -> Int {
    let (session, transaction) = try self.scope(of: command.transactionID, call)
    let target = try IngestionTarget(command)
    self.log.statement("ingest into table \(command.table)", call)
    let stream = session.ingestionStream()
    async let rowCount = withRPCCancellationHandler {
      try await session.ingest(
        stream,
        into: target,
        in: transaction,
        cancellation: call.cancellation
      )
    } onCancelRPC: {
      stream.fail(EngineError.cancelled)
      call.cancellation.cancel()
    }
    do {
      try await Self.pass(first, &messages, to: stream, call.record)
      stream.finish()
    } catch {
      // The client went away, or sent what can't be read: that is not the end of its rows.
      stream.fail(error)
      // They may still wait for their turn.
      call.cancellation.cancel()
      throw error
    }
    return try await rowCount
  }

  /// Passes messages on until the last, or until nobody wants any more.
  private static func pass(
    _ first: FlightData,
    _ messages: inout FlightDataMessages,
    to stream: IngestionStream,
    _ record: CallRecord?
  ) async throws {
    var message: FlightData? = first
    while let received = message {
      // A message without a header brings metadata alone.
      if received.header.readableBytes > 0 {
        let body = received.body.first ?? ByteBuffer()
        record?.note(rowCount: 0, byteCount: body.readableBytes)
        guard await stream.send(header: received.header, body: body) else { return }
      }
      message = try await messages.next(isolation: #isolation)
    }
  }
}

extension IngestionTarget {
  /// What the command asks for, if it asks for anything sensible.
  fileprivate init(_ command: CommandStatementIngest) throws {
    guard !command.table.isEmpty else {
      throw RPCError(code: .invalidArgument, message: "CommandStatementIngest names no table.")
    }
    if let option = command.options.keys.min() {
      throw RPCError(
        code: .invalidArgument,
        message: "This server knows no option '\(option.prefix(200))' of CommandStatementIngest."
      )
    }
    let options = command.tableDefinitionOptions
    let ifMissing: Missing =
      switch options.ifNotExist {
      case .create: .create
      case .fail: .fail
      default: throw Self.unspecified("if_not_exist", "CREATE (1) and FAIL (2)")
      }
    let ifExisting: Existing =
      switch options.ifExists {
      case .fail: .fail
      case .append: .append
      case .replace: .replace
      default: throw Self.unspecified("if_exists", "FAIL (1), APPEND (2) and REPLACE (3)")
      }
    self.init(
      catalog: command.hasCatalog && !command.catalog.isEmpty ? command.catalog : nil,
      schema: command.hasSchema && !command.schema.isEmpty ? command.schema : nil,
      table: command.table,
      isTemporary: command.temporary,
      ifMissing: ifMissing,
      ifExisting: ifExisting
    )
  }

  private static func unspecified(_ option: String, _ values: String) -> RPCError {
    RPCError(
      code: .invalidArgument,
      message:
        "table_definition_options.\(option) of CommandStatementIngest must be one of \(values)."
    )
  }
}
