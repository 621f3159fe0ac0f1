internal import ArrowIPC
internal import DuckDB

extension SessionConnection {
  /// Inserts all rows of a stream, or none.
  ///
  /// Holds its worker until the last row has come: DuckDB pulls the rows while it inserts them.
  func ingest(
    _ stream: IngestionStream,
    into target: IngestionTarget,
    _ cancellation: Cancellation
  ) throws -> Int {
    try self.begin(cancellation) { connection in
      try self.requireWriting("an ingestion")
      let rows = try IngestedRows(stream, cancellation)
      let path = try self.path(of: target, on: connection)
      try self.resources.statementGuard?.check(catalog: path[0])
      // DuckDB's Parquet writer meets nanoseconds with a fatal error.
      if rows.hasNanosecondTimes, try connection.isLake(catalog: path[0]) {
        rows.keepTimesInMicroseconds()
      }
      if !Self.isTemporary(path) { try self.signOpenTransaction(before: .insert, on: connection) }
      let changesLake = !Self.isTemporary(path)
      let changes = LakeChanges(ingestingInto: target, removing: self.removals(by: .insert, ""))
      var definesTable = false
      let rowCount: Int = try self.atomically(
        on: connection,
        changesLake: changesLake,
        cancellation,
        orElse: { first, rowCount, conflict in
          guard let lake = self.resources.lake, !lake.hasOneWriter, !definesTable else {
            throw conflict
          }
          try self.repeated(target, path, rowCount, in: lake, cancellation).run(
            insteadOf: first,
            conflict
          )
        }
      ) { connection in
        if changesLake { try self.note(changes, on: connection) }
        definesTable = try self.prepareTable(path, target, rows, on: connection)
        try self.keepCompiledDefinitions()
        return try self.changingData(if: true) {
          try self.resources.rowFunction.withSource(rows.source) { call in
            let insertion = try connection.prepare(
              "INSERT INTO \(SQLText.identifier(path)) BY NAME SELECT * FROM \(call)"
            )
            return try insertion.stream { cancellation.isCancelled }.rowsChanged
          }
        }
      }
      if definesTable { self.noteDefinitionChange(by: .create) }
      if Self.isTemporary(path) {
        try self.record(.staysOnConnection, on: connection)
      }
      return rowCount
    }
  }

  private func repeated(
    _ target: IngestionTarget,
    _ path: [String],
    _ rowCount: Int,
    in lake: Lake,
    _ cancellation: Cancellation
  ) -> RepeatedIngestion {
    let transaction = LakeTransaction(
      lake: lake,
      database: self.resources.database,
      author: self.author,
      data: self.resources.data,
      waiting: .onWorker(self.resources.threads),
      cancellation: cancellation
    )
    return RepeatedIngestion(
      transaction: transaction,
      rowFunction: self.resources.rowFunction,
      target: target,
      path: path,
      rowCount: rowCount
    )
  }

  private static let temporaryCatalog = "temp"
  private static let defaultSchema = "main"

  private static func isTemporary(_ path: [String]) -> Bool {
    FoldedName(path[0]) == FoldedName(Self.temporaryCatalog)
  }

  /// Catalog, schema and name of the table.
  private func path(
    of target: IngestionTarget,
    on connection: borrowing Connection
  ) throws -> [String] {
    if target.isTemporary {
      guard [nil, Self.temporaryCatalog].contains(target.catalog),
        [nil, Self.defaultSchema].contains(target.schema)
      else {
        throw IngestionError(
          .invalidTarget,
          "A temporary table lies in no catalog or schema of its client's choice: name neither."
        )
      }
      return [Self.temporaryCatalog, Self.defaultSchema, target.table]
    }
    let present = "SELECT system.main.current_database(), system.main.current_schema()"
    var result = try connection.prepare(present).stream()
    guard let chunk = try result.nextChunk(), let catalog = chunk.text(column: 0, row: 0),
      let schema = chunk.text(column: 1, row: 0)
    else {
      throw IngestionError(.invalidTarget, "The session has no current catalog: name one.")
    }
    let isElsewhere = target.catalog.map { FoldedName($0) != FoldedName(catalog) } ?? false
    return [
      target.catalog ?? catalog,
      target.schema ?? (isElsewhere ? Self.defaultSchema : schema),
      target.table,
    ]
  }

  /// Sees to it that there is a table for the rows.
  ///
  /// - Returns: Whether it is a new one.
  private func prepareTable(
    _ path: [String],
    _ target: IngestionTarget,
    _ rows: IngestedRows,
    on connection: borrowing Connection
  ) throws -> Bool {
    let table = SQLText.identifier(path)
    let kind = Self.isTemporary(path) ? "TEMPORARY TABLE" : "TABLE"
    let present = try connection.columns(ofTable: path[2], schema: path[1], catalog: path[0])
    guard let present else {
      guard target.ifMissing == .create else {
        throw IngestionError(.tableMissing, "Table \(table) does not exist.")
      }
      try connection.execute("CREATE \(kind) \(table) (\(rows.columnDefinitions))")
      return true
    }
    switch target.ifExisting {
    case .fail:
      throw IngestionError(.tableExists, "Table \(table) already exists.")
    case .append:
      let names = Set(present.map { FoldedName($0.name) })
      let unknown = rows.fields.map(\.name).filter { !names.contains(FoldedName($0)) }
      guard unknown.isEmpty else {
        throw IngestionError(
          .schemaMismatch,
          "Table \(table) has no column \(unknown.map(SQLText.identifier).joined(separator: ", "))."
        )
      }
      return false
    case .replace:
      try connection.execute("CREATE OR REPLACE \(kind) \(table) (\(rows.columnDefinitions))")
      return true
    }
  }
}

extension IngestedRows {
  /// The columns of a table that is made for these rows.
  fileprivate var columnDefinitions: String {
    zip(self.fields, self.columns)
      .map { "\(SQLText.identifier($0.name)) \($1.declaredType.sqlName)" }
      .joined(separator: ", ")
  }
}
