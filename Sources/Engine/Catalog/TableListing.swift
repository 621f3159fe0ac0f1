internal import ArrowIPC
internal import DuckDB
internal import NIOCore

/// Makes the rows of a list of tables in which each has its schema, from one query for all.
struct TableListing: ~Copyable {
  private struct Table: Hashable {
    var catalog: String
    var schema: String
    var name: String
    var type: String
  }

  /// How large a batch may grow before it is handed out.
  private static let batchByteCount = 1 << 20

  private var rows: TextRows
  private let types: ColumnTypes
  private let fieldMetadata: (TableColumn) -> [KeyValue]
  private var current: Table?
  private var fields: [Field] = []
  private var tables: [Table] = []
  private var schemas: [ByteBuffer] = []

  /// - Parameter rows: What ``CatalogStatement/tableColumns(_:)`` returns.
  init(
    _ rows: consuming TextRows,
    types: ColumnTypes,
    fieldMetadata: @escaping (TableColumn) -> [KeyValue]
  ) {
    self.rows = rows
    self.types = types
    self.fieldMetadata = fieldMetadata
  }

  mutating func nextStep() throws -> ResultStep {
    var byteCount = 0
    while let row = try self.rows.next() {
      let table = Table(
        catalog: row[0] ?? "",
        schema: row[1] ?? "",
        name: row[2] ?? "",
        type: row[3] ?? ""
      )
      if let current, current != table { byteCount += self.finish(current) }
      self.current = table
      if let name = row[4] { self.fields.append(self.field(name, row, of: table)) }
      if byteCount >= Self.batchByteCount { return ResultStep(batch: self.takeBatch()) }
    }
    if let current { _ = self.finish(current) }
    self.current = nil
    return ResultStep(batch: self.tables.isEmpty ? nil : self.takeBatch(), isLast: true)
  }

  private func field(_ name: String, _ row: [String?], of table: Table) -> Field {
    let typeName = row[5] ?? ""
    let (kind, type) = self.types[typeName]
    let digits = kind.decimalDigits
    let column = TableColumn(
      catalog: table.catalog,
      schema: table.schema,
      table: table.name,
      typeName: typeName,
      precision: digits?.precision,
      scale: digits?.scale,
      isAutoIncrement: row[9] == "true",
      isCaseSensitive: kind.isText,
      isReadOnly: row[8] == "true",
      comment: row[6]
    )
    return Field(
      name,
      type,
      isNullable: row[7] != "false",
      metadata: self.fieldMetadata(column)
    )
  }

  /// - Returns: The size of the table's row.
  private mutating func finish(_ table: Table) -> Int {
    let schema = MessageEncoder.encapsulatedSchema(Schema(fields: self.fields))
    self.fields.removeAll(keepingCapacity: true)
    self.tables.append(table)
    self.schemas.append(schema)
    return schema.readableBytes + table.catalog.utf8.count + table.schema.utf8.count
      + table.name.utf8.count + table.type.utf8.count
  }

  private mutating func takeBatch() -> EncodedMessage {
    var batch = RecordBatch(rowCount: self.tables.count, nodes: [], buffers: [])
    batch.append(texts: self.tables.map(\.catalog))
    batch.append(texts: self.tables.map(\.schema))
    batch.append(texts: self.tables.map(\.name))
    batch.append(texts: self.tables.map(\.type))
    batch.append(binaries: self.schemas)
    self.tables.removeAll(keepingCapacity: true)
    self.schemas.removeAll(keepingCapacity: true)
    return MessageEncoder.recordBatch(batch)
  }
}
