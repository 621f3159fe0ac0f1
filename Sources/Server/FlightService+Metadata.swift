internal import ArrowIPC
internal import Engine
internal import FlightProtocol
internal import FlightSQL
internal import Foundation
internal import GRPCCore

extension FlightService {
  /// Announces what the catalog, the types and the server are: the ticket is the command itself,
  /// and nothing is kept for it.
  func metadataInfo(_ command: Command, _ descriptor: FlightDescriptor) throws -> FlightInfo {
    guard let schema = command.metadataSchema else {
      throw RPCError.notBuilt("GetFlightInfo for \(command.name)")
    }
    return FlightInfo(schema, ticket: descriptor.cmd, descriptor: descriptor)
  }

  func metadata(_ command: Command, _ call: Call) async throws -> ResultStream {
    guard let schema = command.metadataSchema else {
      throw RPCError.notBuilt("DoGet for \(command.name)")
    }
    if let query = CatalogQuery(command) {
      return try await call.session.list(query, as: schema, cancellation: call.cancellation)
    }
    switch command {
    case .getTables(let command):
      return try await call.session.listTables(
        TableFilter(command),
        as: schema,
        fieldMetadata: { ColumnMetadata($0).keyValues },
        cancellation: call.cancellation
      )
    case .getSqlInfo(let command):
      let facts = SQLInfoFacts(
        call.session.configuration,
        try await call.session.vocabulary(cancellation: call.cancellation)
      )
      return call.session.result(SQLInfo.recordBatch(of: command.info, facts), as: schema)
    case .getXdbcTypeInfo(let command):
      let dataType = command.hasDataType ? command.dataType : nil
      return call.session.result(XdbcTypeInfo.recordBatch(dataType: dataType), as: schema)
    default:
      throw RPCError.notBuilt("DoGet for \(command.name)")
    }
  }
}

extension CatalogQuery {
  /// The question that a command asks; `nil` if it isn't answered by a single query of the catalog.
  fileprivate init?(_ command: Command) {
    switch command {
    case .getCatalogs:
      self = .catalogs
    case .getDbSchemas(let command):
      self = .schemas(
        catalog: command.hasCatalog ? command.catalog : nil,
        schemaPattern: command.hasDbSchemaFilterPattern ? command.dbSchemaFilterPattern : nil
      )
    case .getTables(let command) where !command.includeSchema:
      self = .tables(TableFilter(command))
    case .getTableTypes:
      self = .tableTypes
    case .getPrimaryKeys(let command):
      self = .primaryKeys(
        TableName(
          catalog: command.hasCatalog ? command.catalog : nil,
          schema: command.hasDbSchema ? command.dbSchema : nil,
          table: command.table
        )
      )
    case .getExportedKeys(let command):
      self = .exportedKeys(
        TableName(
          catalog: command.hasCatalog ? command.catalog : nil,
          schema: command.hasDbSchema ? command.dbSchema : nil,
          table: command.table
        )
      )
    case .getImportedKeys(let command):
      self = .importedKeys(
        TableName(
          catalog: command.hasCatalog ? command.catalog : nil,
          schema: command.hasDbSchema ? command.dbSchema : nil,
          table: command.table
        )
      )
    case .getCrossReference(let command):
      self = .crossReference(
        primary: TableName(
          catalog: command.hasPkCatalog ? command.pkCatalog : nil,
          schema: command.hasPkDbSchema ? command.pkDbSchema : nil,
          table: command.pkTable
        ),
        foreign: TableName(
          catalog: command.hasFkCatalog ? command.fkCatalog : nil,
          schema: command.hasFkDbSchema ? command.fkDbSchema : nil,
          table: command.fkTable
        )
      )
    default:
      return nil
    }
  }
}

extension TableFilter {
  fileprivate init(_ command: CommandGetTables) {
    self.init(
      catalog: command.hasCatalog ? command.catalog : nil,
      schemaPattern: command.hasDbSchemaFilterPattern ? command.dbSchemaFilterPattern : nil,
      tablePattern: command.hasTableNameFilterPattern ? command.tableNameFilterPattern : nil,
      types: command.tableTypes
    )
  }
}

extension ColumnMetadata {
  fileprivate init(_ column: TableColumn) {
    self.init(
      catalogName: column.catalog,
      dbSchemaName: column.schema,
      tableName: column.table,
      typeName: column.typeName
    )
    self.precision = column.precision
    self.scale = column.scale
    self.isAutoIncrement = column.isAutoIncrement
    self.isCaseSensitive = column.isCaseSensitive
    self.isReadOnly = column.isReadOnly
    self.remarks = column.comment
  }
}

extension SQLInfoFacts {
  fileprivate init(_ configuration: EngineConfiguration, _ vocabulary: SQLVocabulary) {
    self.init(duckDBVersion: Engine.duckDBVersion)
    self.isReadOnly = configuration.isReadOnly
    self.idleMilliseconds = Int(configuration.sessionIdleLifetime / .milliseconds(1))
    self.transactionIdleMilliseconds = Int(
      configuration.transactionIdleLifetime / .milliseconds(1)
    )
    self.maximumConnectionCount = configuration.sessionLimit
    self.maximumPreparedStatementCount = configuration.preparedStatementsPerSession
    self.maximumRowByteCount = configuration.batchLimits.maximumRowByteCount
    self.maximumStatementByteCount = configuration.statementByteLimit
    self.keywords = vocabulary.keywords
    self.numericFunctions = vocabulary.numericFunctions
    self.stringFunctions = vocabulary.stringFunctions
    self.systemFunctions = vocabulary.systemFunctions
    self.datetimeFunctions = vocabulary.datetimeFunctions
  }
}
