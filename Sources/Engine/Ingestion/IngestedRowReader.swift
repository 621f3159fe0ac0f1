internal import ArrowIPC
internal import DuckDB

/// What one of DuckDB's threads reads of an ingestion's rows.
final class IngestedRowReader {
  /// Elements of lists and arrays that a chunk of several rows may have.
  private static let chunkElementLimit = 1 << 20
  /// Elements of lists and arrays that a single row may have.
  private static let rowElementLimit = 1 << 25

  private let rows: IngestedRows
  /// What the last chunk's strings point into, until the next is asked for.
  private var batch: DecodedBatch?
  private var nextRow = 0
  private var rowsPerChunk = DataChunk.maximumRowCount

  init(_ rows: IngestedRows) {
    self.rows = rows
    rows.addReader()
  }

  func fill(_ chunk: borrowing WritableChunk) throws -> Int {
    while true {
      if let batch, self.nextRow < batch.rowCount {
        return try self.fill(chunk, from: batch)
      }
      self.batch = nil
      guard let batch = try self.rows.nextBatch() else { return 0 }
      self.batch = batch
      self.nextRow = 0
      self.rowsPerChunk = DataChunk.maximumRowCount
    }
  }

  /// Writes as many of the batch's next rows as a chunk takes: fewer where they are large.
  private func fill(_ chunk: borrowing WritableChunk, from batch: DecodedBatch) throws -> Int {
    while true {
      let count = min(self.rowsPerChunk, batch.rowCount - self.nextRow)
      do {
        try self.fill(chunk, with: self.nextRow..<self.nextRow + count, of: batch)
        self.nextRow += count
        return count
      } catch is VectorFiller.TooManyElements {
        guard count > 1 else {
          throw IngestionError(
            .rowTooLarge,
            "A row has more than \(Self.rowElementLimit) elements of lists and arrays (row element "
              + "limit)."
          )
        }
        chunk.reset()
        self.rowsPerChunk = count / 2
      }
    }
  }

  private func fill(
    _ chunk: borrowing WritableChunk,
    with rows: Range<Int>,
    of batch: DecodedBatch
  ) throws {
    var filler = VectorFiller(
      elementLimit: rows.count > 1 ? Self.chunkElementLimit : Self.rowElementLimit,
      isCancelled: { [cancellation = self.rows.cancellation] in cancellation.isCancelled }
    )
    for (index, column) in self.rows.columns.enumerated() {
      do {
        let vector = chunk.vector(at: index)
        try filler.fill(vector, with: batch.columns[index], rows, column)
      } catch let error as IngestionError {
        throw error.inside(column: self.rows.fields[index].name)
      }
    }
  }
}
