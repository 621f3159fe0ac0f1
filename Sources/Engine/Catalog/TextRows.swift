internal import DuckDB

/// Reads a result whose columns are all text, row by row.
struct TextRows: ~Copyable {
  private var result: QueryResult
  private var chunk: DataChunk?
  private var nextRow = 0

  init(_ result: consuming QueryResult) {
    self.result = result
  }

  mutating func next() throws -> [String?]? {
    while true {
      if let row = self.takeRow() { return row }
      guard let chunk = try self.result.nextChunk() else { return nil }
      self.chunk = consume chunk
      self.nextRow = 0
    }
  }

  private mutating func takeRow() -> [String?]? {
    guard let chunk = self.chunk.take(), self.nextRow < chunk.rowCount else { return nil }
    let row = (0..<chunk.columnCount).map { chunk.text(column: $0, row: self.nextRow) }
    self.nextRow += 1
    self.chunk = consume chunk
    return row
  }
}
