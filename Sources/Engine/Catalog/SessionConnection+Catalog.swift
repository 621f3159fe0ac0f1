internal import ArrowIPC
internal import DuckDB

extension SessionConnection {
  /// Answers a question about the catalog.
  ///
  /// - Parameter schema: The columns under the names that clients know; their types are the
  ///   result's own.
  func list(
    _ query: CatalogQuery,
    as schema: Schema,
    cancellation: Cancellation
  ) throws -> Completion {
    try self.begin(cancellation) { connection in
      let prepared = try CatalogStatement(query).prepare(on: connection)
      let reader = try self.reader(try prepared.stream { cancellation.isCancelled })
      guard reader.schema.fields.map(\.type) == schema.fields.map(\.type) else {
        throw EngineError.schemaChanged
      }
      return Completion(schema: schema, rowsChanged: -1, rows: try self.spool(reader))
    }
  }

  /// Lists tables with their schemas.
  ///
  /// - Parameter fieldMetadata: What the field of a column says of it.
  func listTables(
    _ filter: TableFilter,
    as schema: Schema,
    fieldMetadata: @escaping @Sendable (TableColumn) -> [KeyValue],
    cancellation: Cancellation
  ) throws -> Completion {
    try self.begin(cancellation) { connection in
      // One transaction, so that no table comes with a type that wasn't there before.
      try self.atomically(on: connection, cancellation) { connection in
        let names = try CatalogStatement.columnTypes(filter).prepare(on: connection)
        let types = try ColumnTypes(
          try self.texts(of: try names.stream { cancellation.isCancelled }),
          timeZone: self.timeZone,
          on: connection,
          cancellation: cancellation
        )
        let columns = try CatalogStatement.tableColumns(filter).prepare(on: connection)
        var listing = TableListing(
          TextRows(try columns.stream { cancellation.isCancelled }),
          types: types,
          fieldMetadata: fieldMetadata
        )
        var writer = SpoolWriter(resources: self.resources)
        try writer.append { try listing.nextStep() }
        let rows = writer.finish(failure: nil, resources: self.resources)
        return Completion(schema: schema, rowsChanged: -1, rows: rows)
      }
    }
  }

  /// What DuckDB says of the words of its SQL.
  func vocabulary(cancellation: Cancellation) throws -> SQLVocabulary {
    try self.begin(cancellation) { connection in
      SQLVocabulary(
        keywords: try self.texts(SQLVocabulary.keywordsQuery, on: connection, cancellation),
        numericFunctions: try self.texts(
          SQLVocabulary.numericFunctionsQuery,
          on: connection,
          cancellation
        ),
        stringFunctions: try self.texts(
          SQLVocabulary.stringFunctionsQuery,
          on: connection,
          cancellation
        ),
        systemFunctions: try self.texts(
          SQLVocabulary.systemFunctionsQuery,
          on: connection,
          cancellation
        ),
        datetimeFunctions: try self.texts(
          SQLVocabulary.datetimeFunctionsQuery,
          on: connection,
          cancellation
        )
      )
    }
  }

  private func texts(
    _ sql: String,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws -> [String] {
    try self.texts(of: try connection.prepare(sql).stream { cancellation.isCancelled })
  }

  /// The first column of a result.
  private func texts(of result: consuming QueryResult) throws -> [String] {
    var rows = TextRows(result)
    var texts: [String] = []
    while let row = try rows.next() {
      if let text = row[0] { texts.append(text) }
    }
    return texts
  }
}
