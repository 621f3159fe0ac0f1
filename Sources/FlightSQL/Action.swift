package import FlightProtocol
internal import SwiftProtobuf

/// What a client asks for by `DoAction`: the actions of Flight RPC and Flight SQL.
package enum Action: Sendable {
  case beginTransaction(ActionBeginTransactionRequest)
  case endTransaction(ActionEndTransactionRequest)
  case beginSavepoint(ActionBeginSavepointRequest)
  case endSavepoint(ActionEndSavepointRequest)
  case createPreparedStatement(ActionCreatePreparedStatementRequest)
  case createPreparedSubstraitPlan(ActionCreatePreparedSubstraitPlanRequest)
  case closePreparedStatement(ActionClosePreparedStatementRequest)
  case cancelQuery(ActionCancelQueryRequest)
  case cancelFlightInfo(FlightCancelFlightInfoRequest)
  case renewFlightEndpoint(FlightRenewFlightEndpointRequest)
  case setSessionOptions(FlightSetSessionOptionsRequest)
  case getSessionOptions(FlightGetSessionOptionsRequest)
  case closeSession(FlightCloseSessionRequest)
}

extension Action {
  /// Decodes the body by the action's type: Flight SQL's own are packed into an `Any`, the later
  /// ones of Flight RPC are not.
  package init(_ action: FlightAction) throws(CommandError) {
    let body = Array(action.body)
    switch action.type {
    case "BeginTransaction": self = .beginTransaction(try Self.unpack(body))
    case "EndTransaction": self = .endTransaction(try Self.unpack(body))
    case "BeginSavepoint": self = .beginSavepoint(try Self.unpack(body))
    case "EndSavepoint": self = .endSavepoint(try Self.unpack(body))
    case "CreatePreparedStatement": self = .createPreparedStatement(try Self.unpack(body))
    case "CreatePreparedSubstraitPlan": self = .createPreparedSubstraitPlan(try Self.unpack(body))
    case "ClosePreparedStatement": self = .closePreparedStatement(try Self.unpack(body))
    case "CancelQuery": self = .cancelQuery(try Self.unpack(body))
    case "CancelFlightInfo": self = .cancelFlightInfo(try Self.decode(body))
    case "RenewFlightEndpoint": self = .renewFlightEndpoint(try Self.decode(body))
    case "SetSessionOptions": self = .setSessionOptions(try Self.decode(body))
    case "GetSessionOptions": self = .getSessionOptions(try Self.decode(body))
    case "CloseSession": self = .closeSession(try Self.decode(body))
    default: throw .unknownAction(action.type)
    }
  }

  private static func unpack<Message: SwiftProtobuf.Message>(
    _ body: [UInt8]
  ) throws(CommandError) -> Message {
    try PackedMessage(encoded: body).unpack()
  }

  private static func decode<Message: SwiftProtobuf.Message>(
    _ body: [UInt8]
  ) throws(CommandError) -> Message {
    guard let message = try? Message(serializedBytes: body) else {
      throw .malformed(Message.protoMessageName)
    }
    return message
  }

  /// The action's type as it travels, for errors and logs.
  package var type: String {
    switch self {
    case .beginTransaction: "BeginTransaction"
    case .endTransaction: "EndTransaction"
    case .beginSavepoint: "BeginSavepoint"
    case .endSavepoint: "EndSavepoint"
    case .createPreparedStatement: "CreatePreparedStatement"
    case .createPreparedSubstraitPlan: "CreatePreparedSubstraitPlan"
    case .closePreparedStatement: "ClosePreparedStatement"
    case .cancelQuery: "CancelQuery"
    case .cancelFlightInfo: "CancelFlightInfo"
    case .renewFlightEndpoint: "RenewFlightEndpoint"
    case .setSessionOptions: "SetSessionOptions"
    case .getSessionOptions: "GetSessionOptions"
    case .closeSession: "CloseSession"
    }
  }
}
