package import FlightProtocol
internal import SwiftProtobuf

/// What a client asks for in a descriptor, a ticket or a `DoPut`: the commands of Flight SQL.
package enum Command: Sendable {
  case statementQuery(CommandStatementQuery)
  case statementSubstraitPlan(CommandStatementSubstraitPlan)
  case preparedStatementQuery(CommandPreparedStatementQuery)
  case getCatalogs(CommandGetCatalogs)
  case getDbSchemas(CommandGetDbSchemas)
  case getTables(CommandGetTables)
  case getTableTypes(CommandGetTableTypes)
  case getPrimaryKeys(CommandGetPrimaryKeys)
  case getExportedKeys(CommandGetExportedKeys)
  case getImportedKeys(CommandGetImportedKeys)
  case getCrossReference(CommandGetCrossReference)
  case getSqlInfo(CommandGetSqlInfo)
  case getXdbcTypeInfo(CommandGetXdbcTypeInfo)
  case statementUpdate(CommandStatementUpdate)
  case preparedStatementUpdate(CommandPreparedStatementUpdate)
  case statementIngest(CommandStatementIngest)
  case ticketStatementQuery(TicketStatementQuery)
}

extension Command {
  /// Decodes a descriptor of type `CMD`.
  package init(descriptor: FlightDescriptor) throws(CommandError) {
    guard descriptor.type == .cmd else { throw .notACommand }
    try self.init(encoded: Array(descriptor.cmd))
  }

  /// Decodes a ticket.
  package init(ticket: FlightTicket) throws(CommandError) {
    try self.init(encoded: Array(ticket.ticket))
  }

  /// Decodes a command packed into a `google.protobuf.Any`.
  package init(encoded: [UInt8]) throws(CommandError) {
    let packed = try PackedMessage(encoded: encoded)
    self = try Self.unpack(packed)
  }

  private static func unpack(_ packed: PackedMessage) throws(CommandError) -> Command {
    switch packed.name {
    case CommandStatementQuery.protoMessageName: .statementQuery(try packed.unpack())
    case CommandStatementSubstraitPlan.protoMessageName:
      .statementSubstraitPlan(try packed.unpack())
    case CommandPreparedStatementQuery.protoMessageName:
      .preparedStatementQuery(try packed.unpack())
    case CommandGetCatalogs.protoMessageName: .getCatalogs(try packed.unpack())
    case CommandGetDbSchemas.protoMessageName: .getDbSchemas(try packed.unpack())
    case CommandGetTables.protoMessageName: .getTables(try packed.unpack())
    case CommandGetTableTypes.protoMessageName: .getTableTypes(try packed.unpack())
    case CommandGetPrimaryKeys.protoMessageName: .getPrimaryKeys(try packed.unpack())
    case CommandGetExportedKeys.protoMessageName: .getExportedKeys(try packed.unpack())
    case CommandGetImportedKeys.protoMessageName: .getImportedKeys(try packed.unpack())
    case CommandGetCrossReference.protoMessageName: .getCrossReference(try packed.unpack())
    case CommandGetSqlInfo.protoMessageName: .getSqlInfo(try packed.unpack())
    case CommandGetXdbcTypeInfo.protoMessageName: .getXdbcTypeInfo(try packed.unpack())
    case CommandStatementUpdate.protoMessageName: .statementUpdate(try packed.unpack())
    case CommandPreparedStatementUpdate.protoMessageName:
      .preparedStatementUpdate(try packed.unpack())
    case CommandStatementIngest.protoMessageName: .statementIngest(try packed.unpack())
    case TicketStatementQuery.protoMessageName: .ticketStatementQuery(try packed.unpack())
    default: throw .unknownCommand(packed.name)
    }
  }

  /// The message's name in the specification, for errors and logs.
  package var name: String {
    switch self {
    case .statementQuery: "CommandStatementQuery"
    case .statementSubstraitPlan: "CommandStatementSubstraitPlan"
    case .preparedStatementQuery: "CommandPreparedStatementQuery"
    case .getCatalogs: "CommandGetCatalogs"
    case .getDbSchemas: "CommandGetDbSchemas"
    case .getTables: "CommandGetTables"
    case .getTableTypes: "CommandGetTableTypes"
    case .getPrimaryKeys: "CommandGetPrimaryKeys"
    case .getExportedKeys: "CommandGetExportedKeys"
    case .getImportedKeys: "CommandGetImportedKeys"
    case .getCrossReference: "CommandGetCrossReference"
    case .getSqlInfo: "CommandGetSqlInfo"
    case .getXdbcTypeInfo: "CommandGetXdbcTypeInfo"
    case .statementUpdate: "CommandStatementUpdate"
    case .preparedStatementUpdate: "CommandPreparedStatementUpdate"
    case .statementIngest: "CommandStatementIngest"
    case .ticketStatementQuery: "TicketStatementQuery"
    }
  }
}
