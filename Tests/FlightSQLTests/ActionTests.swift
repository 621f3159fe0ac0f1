import FlightProtocol
import FlightSQL
import Foundation
import SwiftProtobuf
import Testing

@Suite struct ActionTests {
  @Test(arguments: [
    ("BeginTransaction", ActionBeginTransactionRequest() as any SwiftProtobuf.Message),
    ("EndTransaction", ActionEndTransactionRequest()),
    ("BeginSavepoint", ActionBeginSavepointRequest()),
    ("EndSavepoint", ActionEndSavepointRequest()),
    ("CreatePreparedStatement", ActionCreatePreparedStatementRequest()),
    ("CreatePreparedSubstraitPlan", ActionCreatePreparedSubstraitPlanRequest()),
    ("ClosePreparedStatement", ActionClosePreparedStatementRequest()),
    ("CancelQuery", ActionCancelQueryRequest()),
  ])
  func `Flight SQL's actions have a packed body`(
    type: String,
    body: any SwiftProtobuf.Message
  ) throws {
    var action = FlightAction()
    action.type = type
    action.body = Data(try PackedMessage.pack(body))
    #expect(try Action(action).type == type)
    action.body = Data([1, 2, 3])
    #expect(throws: CommandError.self) { try Action(action) }
  }

  @Test(arguments: [
    "CancelFlightInfo", "RenewFlightEndpoint", "SetSessionOptions", "GetSessionOptions",
    "CloseSession",
  ])
  func `Flight's own actions have a bare body`(type: String) throws {
    var action = FlightAction()
    action.type = type
    #expect(try Action(action).type == type)
    action.body = Data([0x0a, 0xff])
    #expect(throws: CommandError.self) { try Action(action) }
  }

  @Test func `an unknown action is named`() {
    var action = FlightAction()
    action.type = "MakeCoffee"
    #expect(throws: CommandError.unknownAction("MakeCoffee")) { try Action(action) }
  }
}
