internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import NIOCore
internal import SwiftProtobuf

extension FlightService {
  /// Keeps the rows that follow the command as the values of the statement's parameters.
  ///
  /// - Parameter first: The command's own message, which mostly brings the schema.
  func bind(
    _ command: CommandPreparedStatementQuery,
    from first: FlightData,
    _ messages: inout RPCAsyncSequence<FlightData, any Error>.AsyncIterator,
    _ call: Call
  ) async throws -> FlightPutResult {
    let (session, handle) = try self.prepared(command.preparedStatementHandle, call)
    let upload = try await self.upload(.query, for: handle, session, call)
    try await Self.append(first, to: upload)
    while let message = try await messages.next(isolation: #isolation) {
      try await Self.append(message, to: upload)
    }
    try await session.bind(upload, to: handle)
    // Some clients take the handle for a new one even if the answer has none.
    var bound = DoPutPreparedStatementResult()
    bound.preparedStatementHandle = Data(handle.bytes)
    var result = FlightPutResult()
    result.appMetadata = try bound.serializedBytes()
    return result
  }

  /// Runs an update with each of the rows that follow the command.
  ///
  /// - Returns: How many rows all of them changed.
  func update(
    _ command: CommandPreparedStatementUpdate,
    from first: FlightData,
    _ messages: inout RPCAsyncSequence<FlightData, any Error>.AsyncIterator,
    _ call: Call
  ) async throws -> Int {
    let (session, handle) = try self.prepared(command.preparedStatementHandle, call)
    let upload = try await self.upload(.update, for: handle, session, call)
    try await Self.append(first, to: upload)
    // Without parameters there is nothing to wait for, and some clients wait for the answer.
    while upload.parameterCount > 0,
      let message = try await messages.next(isolation: #isolation)
    {
      try await Self.append(message, to: upload)
    }
    return try await call.run {
      try await session.update(
        prepared: handle,
        with: upload,
        cancellation: call.cancellation
      )
    }
  }

  private func upload(
    _ use: ParameterUpload.Use,
    for handle: Handle,
    _ session: Session,
    _ call: Call
  ) async throws -> ParameterUpload {
    try await call.run {
      try await session.parameterUpload(for: handle, use, cancellation: call.cancellation)
    }
  }

  private static func append(_ message: FlightData, to upload: ParameterUpload) async throws {
    // A message without a header brings no data.
    guard message.header.readableBytes > 0 else { return }
    try await upload.append(header: message.header, body: message.body.first ?? ByteBuffer())
  }
}
