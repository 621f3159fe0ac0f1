import ArrowIPC
import FuzzDriver
import NIOCore

@testable import DuckDB
@testable import Engine

/// Fills DuckDB's vectors with decoded batches, and has DuckDB read them.
final class Vectors {
  /// Rows that are handed to DuckDB chunk by chunk.
  ///
  /// `@unchecked Sendable`: DuckDB reads it on one thread at a time.
  private final class Rows: @unchecked Sendable {
    /// As an ingestion has it for a chunk of several rows.
    private static let elementLimit = 1 << 20

    private let columns: [ColumnImport]
    private let batches: [DecodedBatch]
    private var batch = 0
    private var row = 0

    init(_ columns: [ColumnImport], _ batches: [DecodedBatch]) {
      self.columns = columns
      self.batches = batches.filter { $0.rowCount > 0 }
    }

    func fill(_ chunk: borrowing WritableChunk) throws -> Int {
      guard self.batch < self.batches.count else { return 0 }
      let batch = self.batches[self.batch]
      let end = min(batch.rowCount, self.row + DataChunk.maximumRowCount)
      var filler = VectorFiller(elementLimit: Self.elementLimit)
      for (index, column) in self.columns.enumerated() {
        try filler.fill(
          chunk.vector(at: index),
          with: batch.columns[index],
          self.row..<end,
          column
        )
      }
      defer {
        self.row = end < batch.rowCount ? end : 0
        self.batch += end < batch.rowCount ? 0 : 1
      }
      return end - self.row
    }
  }

  static var ready: Vectors {
    do {
      return try Vectors()
    } catch {
      fatalError("\(error)")
    }
  }

  private let database: Database
  private let connection: Connection
  private let function: RowFunction

  private init() throws {
    self.database = try Database(options: ["threads": "1"])
    self.connection = try self.database.connect()
    self.function = try RowFunction(on: self.connection)
  }

  /// - Returns: Whether DuckDB has read all rows.
  func fill(_ schema: Schema, _ batches: [DecodedBatch]) -> Bool {
    do {
      let columns = try schema.fields.map { try ColumnImport($0) }
      let rows = Rows(columns, batches)
      let source = RowSource(columns: zip(schema.fields, columns).map { Column($0.name, $1.type) })
      {
        try rows.fill($0)
      }
      let rowCount = try self.function.withSource(source) { call in
        try self.read("SELECT * FROM \(call)")
      }
      require(rowCount == batches.reduce(0) { $0 + $1.rowCount }, "rows are lost")
      return true
    } catch let error as DuckDBError {
      require(error.code != .internalError && error.code != .fatal, error.message)
      return false
    } catch {
      return false
    }
  }

  /// Reads a result as clients get it, and every value of that.
  private func read(_ sql: String) throws -> Int {
    let result = try self.connection.prepare(sql).stream()
    var reader = try RecordBatchReader(result, timeZone: "UTC")
    let schema = WireMessage(header: MessageEncoder.schemaMessage(reader.schema))
    var rowCount = 0
    while let batch = try reader.nextBatch() {
      let message = WireMessage(MessageEncoder.recordBatch(batch))
      guard let (_, decoded) = try? StreamDecoder.decode([schema, message]) else {
        fatalError("a result can't be decoded")
      }
      decoded.forEach(TrustingReader.visit)
      rowCount += decoded.reduce(0) { $0 + $1.rowCount }
    }
    return rowCount
  }
}
