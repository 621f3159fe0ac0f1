package import ArrowIPC
internal import DequeModule
internal import Synchronization

extension Session {
  /// Answers a question about the catalog, as the session sees it.
  ///
  /// - Parameter schema: The result's columns; their types must be those of the question.
  package func list(
    _ query: CatalogQuery,
    as schema: Schema,
    cancellation: Cancellation
  ) async throws -> ResultStream {
    let completion = try await self.onConnection(cancellation: cancellation) {
      try await $0.list(query, as: schema, cancellation: cancellation)
    }
    return ResultStream(completion: completion, session: self)
  }

  /// Lists tables, each with its own schema as an encapsulated message in a fifth column.
  ///
  /// - Parameter fieldMetadata: What the field of a column is to say of it.
  package func listTables(
    _ filter: TableFilter,
    as schema: Schema,
    fieldMetadata: @escaping @Sendable (TableColumn) -> [KeyValue],
    cancellation: Cancellation
  ) async throws -> ResultStream {
    let completion = try await self.onConnection(cancellation: cancellation) {
      try await $0.listTables(
        filter,
        as: schema,
        fieldMetadata: fieldMetadata,
        cancellation: cancellation
      )
    }
    return ResultStream(completion: completion, session: self)
  }

  /// The words of DuckDB's SQL, asked for once and then remembered for all sessions.
  package func vocabulary(cancellation: Cancellation) async throws -> SQLVocabulary {
    if let known = self.resources.vocabulary.withLock({ $0 }) { return known }
    let vocabulary = try await self.onConnection(cancellation: cancellation) {
      try await $0.vocabulary(cancellation: cancellation)
    }
    self.resources.vocabulary.withLock { $0 = vocabulary }
    return vocabulary
  }

  /// A result of rows that are known already.
  package func result(_ batch: RecordBatch, as schema: Schema) -> ResultStream {
    let rows = SpooledResult(
      inMemory: batch.rowCount == 0 ? [] : [MessageEncoder.recordBatch(batch)]
    )
    let completion = Completion(
      schema: schema,
      rowsChanged: -1,
      rows: Spool(rows, resources: self.resources)
    )
    return ResultStream(completion: completion, session: self)
  }

  /// The engine's settings, which some answers are about.
  package var configuration: EngineConfiguration { self.resources.configuration }
}
