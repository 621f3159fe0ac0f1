extension SQLInfo {
  /// The answer.
  ///
  /// Every id has one: JDBC's driver fails where one is missing.
  package func value(_ facts: SQLInfoFacts) -> SQLInfoValue {
    switch self.rawValue {
    case ..<500: self.serverValue(facts)
    case ..<517: self.syntaxValue(facts)
    case ..<541: self.supportValue
    case ..<562: self.limitValue(facts)
    default: self.transactionValue
    }
  }

  private func serverValue(_ facts: SQLInfoFacts) -> SQLInfoValue {
    switch self {
    case .serverName: .string("lakehouse")
    // Clients tell the SQL dialect by the first word.
    case .serverVersion: .string("duckdb \(facts.duckDBVersion)")
    // Of the columnar format: there is no Arrow library in this server.
    case .serverArrowVersion: .string("1.5")
    case .serverReadOnly: .bool(facts.isReadOnly)
    case .serverSubstrait: .bool(false)
    case .serverSubstraitMinVersion, .serverSubstraitMaxVersion: .string("")
    case .serverTransaction: .int32(Self.transactionWithoutSavepoints)
    case .serverStatementTimeout: .int32(Int32(clamping: facts.idleMilliseconds))
    case .serverTransactionTimeout: .int32(Int32(clamping: facts.transactionIdleMilliseconds))
    // SQL, cancellation, bulk ingestion, and that within transactions.
    default: .bool(true)
    }
  }

  /// As the specification's `SQL_SUPPORTED_TRANSACTION_TRANSACTION`.
  private static let transactionWithoutSavepoints: Int32 = 1

  private func syntaxValue(_ facts: SQLInfoFacts) -> SQLInfoValue {
    switch self {
    // A catalog is made by ATTACH; there is no CREATE DATABASE.
    case .ddlCatalog: .bool(false)
    // These two, the order of nulls and the isolation level are numbers that ODBC and JDBC read
    // as 64 bits.
    case .identifierCase, .quotedIdentifierCase: .bigint(Self.caseInsensitive)
    case .nullOrdering: .bigint(Self.nullsAtEnd)
    case .identifierQuoteChar: .string("\"")
    case .searchStringEscape: .string("\\")
    case .extraNameCharacters: .string("$")
    case .keywords: .stringList(facts.keywords)
    case .numericFunctions: .stringList(facts.numericFunctions)
    case .stringFunctions: .stringList(facts.stringFunctions)
    case .systemFunctions: .stringList(facts.systemFunctions)
    case .datetimeFunctions: .stringList(facts.datetimeFunctions)
    // Schemas and tables are made by SQL, all can be selected from, columns can be renamed, and
    // a null makes null of what it is added to.
    default: .bool(true)
    }
  }

  /// `SQL_CASE_SENSITIVITY_CASE_INSENSITIVE`: names are kept as written and found in any case,
  /// quoted or not.
  private static let caseInsensitive: Int64 = 1

  /// `SQL_NULLS_SORTED_AT_END`, whichever the direction.
  private static let nullsAtEnd: Int64 = 3

  private var supportValue: SQLInfoValue {
    switch self {
    case .supportsConvert: .map(SQLConversion.all)
    // A table's alias may be the name of another.
    case .supportsDifferentTableCorrelationNames: .bool(false)
    // By columns that aren't selected, and by more than those that are.
    case .supportedGroupBy: .bits(0, 1)
    // Minimum and core; the extended grammar has positioned updates.
    case .supportedGrammar: .bits(0, 1)
    // Entry.
    case .ansi92SupportedLevel: .bits(0)
    // Limited and full. The text calls it a number, but clients read bits.
    case .outerJoinsSupportLevel: .bits(1, 2)
    case .schemaTerm: .string("schema")
    case .procedureTerm: .string("macro")
    case .catalogTerm: .string("catalog")
    // In calls and in definitions of indexes; there are no privileges.
    case .schemasSupportedActions, .catalogsSupportedActions: .bits(0, 1)
    case .supportedPositionedCommands: .bits()
    case .selectForUpdateSupported, .storedProceduresSupported: .bool(false)
    // In comparisons, EXISTS, IN and quantified.
    case .supportedSubqueries: .bits(0, 1, 2, 3)
    // UNION and UNION ALL.
    case .supportedUnions: .bits(0, 1)
    // Aliases of tables, expressions and unselected columns in ORDER BY, ESCAPE in LIKE, NOT NULL,
    // primary and foreign keys, catalogs before schemas, correlated subqueries.
    default: .bool(true)
    }
  }

  private func limitValue(_ facts: SQLInfoFacts) -> SQLInfoValue {
    switch self {
    case .maxConnections: .bigint(Int64(facts.maximumConnectionCount))
    case .maxRowSize: .bigint(Int64(facts.maximumRowByteCount))
    case .maxRowSizeIncludesBlobs: .bool(true)
    case .maxStatementLength: .bigint(Int64(facts.maximumStatementByteCount))
    case .maxStatements: .bigint(Int64(facts.maximumPreparedStatementCount))
    // DuckDB has no limit but memory.
    default: .bigint(0)
    }
  }

  private var transactionValue: SQLInfoValue {
    switch self {
    case .defaultTransactionIsolation: .bigint(Int64(Self.repeatableRead))
    case .supportedTransactionsIsolationLevels: .bits(Self.repeatableRead)
    case .supportedResultSetTypes: .bits(Self.forwardOnly)
    case .supportedConcurrenciesForResultSetForwardOnly: .bits(Self.readOnly)
    case .supportedConcurrenciesForResultSetUnspecified,
      .supportedConcurrenciesForResultSetScrollSensitive,
      .supportedConcurrenciesForResultSetScrollInsensitive:
      .bits()
    case .transactionsSupported, .batchUpdatesSupported: .bool(true)
    // DDL takes part in transactions and doesn't end them; there are neither savepoints, nor
    // callable statements with named parameters, nor locators.
    default: .bool(false)
    }
  }

  /// `SQL_TRANSACTION_REPEATABLE_READ`: DuckDB's transactions see a snapshot, and two of them may
  /// commit what one after the other could not, so they aren't serializable.
  private static let repeatableRead: Int32 = 3

  /// As the specification's `SQL_RESULT_SET_TYPE_FORWARD_ONLY`.
  private static let forwardOnly: Int32 = 1

  /// As the specification's `SQL_RESULT_SET_CONCURRENCY_READ_ONLY`.
  private static let readOnly: Int32 = 1
}
