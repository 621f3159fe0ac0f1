import ArrowIPC
import DuckDB
import Engine
import NIOCore

/// A query's result, converted and read back.
struct ConvertedResult {
  var schema: Schema
  var batches: [RecordBatch] = []

  init(_ sql: String, settings: String = "", limits: BatchLimits = BatchLimits()) throws {
    let connection = try Database(options: ["threads": "1"]).connect()
    try connection.execute(settings)
    try self.init(sql, on: connection, limits: limits)
  }

  init(
    _ sql: String,
    on connection: borrowing Connection,
    limits: BatchLimits = BatchLimits()
  ) throws {
    var reader = try RecordBatchReader(
      try connection.prepare(sql).stream(),
      timeZone: "UTC",
      limits: limits
    )
    self.schema = reader.schema
    while let batch = try reader.nextBatch() {
      self.batches.append(batch)
    }
  }

  var rowCounts: [Int] { self.batches.map(\.rowCount) }

  /// Bytes of each batch's buffers.
  var byteCounts: [Int] {
    self.batches.map { $0.buffers.reduce(0) { $0 + $1.readableBytes } }
  }

  func columns() throws -> [[Cell]] {
    var columns = Array(repeating: [Cell](), count: self.schema.fields.count)
    for batch in self.batches {
      for (index, cells) in try ColumnReader.columns(of: batch, schema: self.schema).enumerated() {
        columns[index] += cells
      }
    }
    return columns
  }

  /// The cells of the only column.
  static func column(_ sql: String) throws -> [Cell] {
    try Self(sql).columns()[0]
  }

  /// The only cell.
  static func cell(_ value: String) throws -> Cell {
    try Self.column("SELECT \(value) FROM range(1)")[0]
  }
}
