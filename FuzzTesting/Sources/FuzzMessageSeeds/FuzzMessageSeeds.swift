import FlightProtocol
import FlightSQL
import Foundation
import NIOCore
import SwiftProtobuf

/// Writes a valid message of each kind into a folder, for the fuzzer to begin with.
@main
enum FuzzMessageSeeds {
  private static let commands: [any SwiftProtobuf.Message] = [
    CommandStatementQuery(), CommandStatementSubstraitPlan(), CommandPreparedStatementQuery(),
    CommandGetCatalogs(), CommandGetDbSchemas(), CommandGetTables(), CommandGetTableTypes(),
    CommandGetPrimaryKeys(), CommandGetExportedKeys(), CommandGetImportedKeys(),
    CommandGetCrossReference(), CommandGetSqlInfo(), CommandGetXdbcTypeInfo(),
    CommandStatementUpdate(), CommandPreparedStatementUpdate(), CommandStatementIngest(),
    TicketStatementQuery(),
  ]

  private static let actions: [(type: String, body: any SwiftProtobuf.Message)] = [
    ("BeginTransaction", ActionBeginTransactionRequest()),
    ("EndTransaction", ActionEndTransactionRequest()),
    ("BeginSavepoint", ActionBeginSavepointRequest()),
    ("EndSavepoint", ActionEndSavepointRequest()),
    ("CreatePreparedStatement", ActionCreatePreparedStatementRequest()),
    ("CreatePreparedSubstraitPlan", ActionCreatePreparedSubstraitPlanRequest()),
    ("ClosePreparedStatement", ActionClosePreparedStatementRequest()),
    ("CancelQuery", ActionCancelQueryRequest()),
  ]

  /// Their requests aren't packed; the fuzzer finds their fields from nothing.
  private static let bareActions = [
    "CancelFlightInfo", "RenewFlightEndpoint", "SetSessionOptions", "GetSessionOptions",
    "CloseSession",
  ]

  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      FileHandle.standardError.write(Data("usage: FuzzMessageSeeds FOLDER\n".utf8))
      exit(64)
    }
    let folder = URL(filePath: CommandLine.arguments[1], directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for command in Self.commands {
      let packed = try PackedMessage.pack(command)
      let name = type(of: command).protoMessageName
      try Data(packed).write(to: folder.appending(path: "\(name)"))
      var descriptor = FlightDescriptor()
      descriptor.type = .cmd
      descriptor.cmd = Data(packed)
      let data = FlightData(
        descriptor: descriptor,
        header: ByteBuffer(string: "header"),
        appMetadata: ByteBuffer(string: "metadata"),
        body: [ByteBuffer(string: "body")]
      )
      var encoded = try data.encodedHead()
      for piece in data.body { encoded.writeImmutableBuffer(piece) }
      try Data(encoded.readableBytesView).write(to: folder.appending(path: "\(name)-put"))
    }
    for (type, body) in Self.actions {
      try Self.write(type, try PackedMessage.pack(body), to: folder)
    }
    for type in Self.bareActions { try Self.write(type, [], to: folder) }
  }

  private static func write(_ type: String, _ body: [UInt8], to folder: URL) throws {
    var action = FlightAction()
    action.type = type
    action.body = Data(body)
    let encoded: [UInt8] = try action.serializedBytes()
    try Data(encoded).write(to: folder.appending(path: type))
  }
}
