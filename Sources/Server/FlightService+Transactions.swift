internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

extension FlightService {
  /// The session a command runs in, and the transaction that it names, if any.
  ///
  /// A transaction may be used on any connection: the command then runs in the transaction's
  /// session.
  func scope(
    of transactionID: Data,
    _ call: Call
  ) throws -> (session: Session, transaction: Handle?) {
    guard !transactionID.isEmpty else { return (call.session, nil) }
    let handle = try Self.transaction(transactionID)
    if call.session.hasTransaction(handle) { return (call.session, handle) }
    let session = try self.engine.sessions.session(
      ofTransaction: handle,
      principal: call.session.principal
    )
    return (session, handle)
  }

  func beginTransaction(_ call: Call) async throws -> [UInt8] {
    let handle = try await call.session.beginTransaction(cancellation: call.cancellation)
    var result = ActionBeginTransactionResult()
    result.transactionID = Data(handle.bytes)
    return try PackedMessage.pack(result)
  }

  func endTransaction(_ request: ActionEndTransactionRequest, _ call: Call) async throws {
    let commits: Bool
    switch request.action {
    case .commit: commits = true
    case .rollback: commits = false
    case .unspecified, .UNRECOGNIZED:
      throw RPCError(
        code: .invalidArgument,
        message: "EndTransaction needs an action: END_TRANSACTION_COMMIT (1) or _ROLLBACK (2)."
      )
    }
    let handle = try Self.transaction(request.transactionID)
    let session = try self.scope(of: request.transactionID, call).session
    try await session.endTransaction(handle, commits: commits, cancellation: call.cancellation)
  }

  private static func transaction(_ bytes: Data) throws(EngineError) -> Handle {
    guard let handle = Handle(bytes) else { throw .unknownTransaction }
    return handle
  }
}
