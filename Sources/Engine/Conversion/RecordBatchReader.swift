package import ArrowIPC
package import DuckDB

/// Reads a result as record batches, or several results of the same columns as one.
package struct RecordBatchReader: ~Copyable {
  private var result: QueryResult
  private let nextResult: () throws -> QueryResult?
  private let columns: [Column]
  private var builder: RecordBatchBuilder
  private var chunk: DataChunk?
  private var rowsTaken = 0

  /// Whether the last batch has been handed out.
  package private(set) var isAtEnd = false

  package let schema: Schema

  /// - Parameter next: Computes the result that follows, if there is one.
  package init(
    _ result: consuming QueryResult,
    followedBy next: @escaping () throws -> QueryResult? = { nil },
    timeZone: String,
    limits: BatchLimits = BatchLimits()
  ) throws(ConversionError) {
    let columns = result.columns
    self.columns = columns
    self.nextResult = next
    self.schema = try Schema(columns: columns, timeZone: timeZone)
    self.builder = RecordBatchBuilder(columns: columns, schema: self.schema, limits: limits)
    self.result = result
  }

  /// Computes rows until there is a batch to be sent; `nil` after the last.
  package mutating func nextBatch() throws -> RecordBatch? {
    while !self.builder.isFull {
      if self.chunk == nil {
        self.chunk = try self.readChunk()
        self.rowsTaken = 0
      }
      guard let chunk = self.chunk.take() else {
        self.isAtEnd = true
        break
      }
      self.rowsTaken += try self.builder.append(chunk, fromRow: self.rowsTaken)
      if self.rowsTaken < chunk.rowCount {
        self.chunk = consume chunk
      }
    }
    return self.builder.rowCount > 0 ? self.builder.finish() : nil
  }

  private mutating func readChunk() throws -> DataChunk? {
    while true {
      if let chunk = try self.result.nextChunk() { return chunk }
      guard let next = try self.nextResult() else { return nil }
      guard next.columns == self.columns else { throw EngineError.boundResultChanged }
      self.result = next
    }
  }
}
