internal import ArrowIPC
internal import DuckDB

/// Reads a result as encoded record batches.
struct BatchReader: ~Copyable {
  private var result: QueryResult
  private var builder: RecordBatchBuilder
  /// A chunk that didn't fit into one batch, and how many of its rows have been taken.
  private var chunk: DataChunk?
  private var consumedRowCount = 0

  init(_ result: consuming QueryResult, builder: consuming RecordBatchBuilder) {
    self.result = result
    self.builder = builder
  }

  /// Computes rows until a batch is full or the result ends.
  mutating func nextStep() throws -> ResultStep {
    while true {
      if self.chunk == nil {
        self.chunk = try self.result.nextChunk()
        self.consumedRowCount = 0
      }
      guard let chunk = self.chunk.take() else {
        return self.step(isLast: true)
      }
      self.consumedRowCount += try self.builder.append(chunk, fromRow: self.consumedRowCount)
      if self.consumedRowCount < chunk.rowCount {
        self.chunk = consume chunk
      }
      if self.builder.isFull {
        return self.step(isLast: false)
      }
    }
  }

  private mutating func step(isLast: Bool) -> ResultStep {
    let rowCount = self.builder.rowCount
    guard rowCount > 0 else { return ResultStep(isLast: isLast) }
    return ResultStep(
      messages: [MessageEncoder.recordBatch(self.builder.finish())],
      rowCount: rowCount,
      isLast: isLast
    )
  }
}
