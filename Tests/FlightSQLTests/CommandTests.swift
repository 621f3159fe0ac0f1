import FlightProtocol
import FlightSQL
import Foundation
import SwiftProtobuf
import Testing

@Suite struct CommandTests {
  static let messages: [any SwiftProtobuf.Message] = [
    CommandStatementQuery(), CommandStatementSubstraitPlan(), CommandPreparedStatementQuery(),
    CommandGetCatalogs(), CommandGetDbSchemas(), CommandGetTables(), CommandGetTableTypes(),
    CommandGetPrimaryKeys(), CommandGetExportedKeys(), CommandGetImportedKeys(),
    CommandGetCrossReference(), CommandGetSqlInfo(), CommandGetXdbcTypeInfo(),
    CommandStatementUpdate(), CommandPreparedStatementUpdate(), CommandStatementIngest(),
    TicketStatementQuery(),
  ]

  @Test func `every command is decoded and knows its name`() throws {
    for message in Self.messages {
      let packed = try PackedMessage.pack(message)
      let name = try Command(encoded: packed).name
      #expect("arrow.flight.protocol.sql.\(name)" == type(of: message).protoMessageName)
    }
  }

  @Test func `a descriptor's command arrives with its fields`() throws {
    var query = CommandStatementQuery()
    query.query = "SELECT 1"
    var descriptor = FlightDescriptor()
    descriptor.type = .cmd
    descriptor.cmd = Data(try PackedMessage.pack(query))
    guard case .statementQuery(let decoded) = try Command(descriptor: descriptor) else {
      Issue.record("decoded as another command")
      return
    }
    #expect(decoded.query == "SELECT 1")
    #expect(!decoded.hasTransactionID)
  }

  @Test func `a descriptor with a path is no command`() {
    var descriptor = FlightDescriptor()
    descriptor.type = .path
    descriptor.path = ["SELECT 1"]
    #expect(throws: CommandError.notACommand) { try Command(descriptor: descriptor) }
  }

  @Test func `bytes that are no packed message are refused`() throws {
    #expect(throws: CommandError.notPacked) { try Command(encoded: []) }
    #expect(throws: CommandError.notPacked) { try Command(encoded: Array("SELECT 1".utf8)) }
    var slash = Google_Protobuf_Any()
    slash.typeURL = "/"
    #expect(throws: CommandError.notPacked) { try Command(encoded: slash.serializedBytes()) }
  }

  @Test func `an unknown message is named`() throws {
    let packed = try PackedMessage.pack(Google_Protobuf_Duration())
    #expect(throws: CommandError.unknownCommand("google.protobuf.Duration")) {
      try Command(encoded: packed)
    }
  }

  @Test func `a known message with wrong bytes is named`() {
    var any = Google_Protobuf_Any()
    any.typeURL = "type.googleapis.com/" + CommandStatementQuery.protoMessageName
    any.value = Data([0x0a, 0xff])
    #expect(throws: CommandError.malformed(CommandStatementQuery.protoMessageName)) {
      try Command(encoded: any.serializedBytes())
    }
  }
}
