/// What one of DuckDB's threads reads of a ``RowSource``.
final class RowReader {
  private let source: RowSource
  private let fillChunk: RowSource.Fill

  init(of source: RowSource, _ fillChunk: @escaping RowSource.Fill) {
    self.source = source
    self.fillChunk = fillChunk
  }

  func fill(_ chunk: borrowing WritableChunk) throws {
    do {
      chunk.setRowCount(try self.fillChunk(chunk))
    } catch {
      self.source.fail(error)
      throw error
    }
  }
}
