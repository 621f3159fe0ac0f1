/// The rows of a result as a source for statements of other connections.
///
/// `@unchecked Sendable`: DuckDB reads it on one thread at a time.
package final class ResultRows: @unchecked Sendable {
  private let columns: [Column]
  private var result: QueryResult

  package init(_ result: consuming QueryResult) {
    self.columns = result.columns
    self.result = result
  }

  package var source: RowSource {
    RowSource(columns: self.columns) { try self.fill($0) }
  }

  private func fill(_ chunk: borrowing WritableChunk) throws -> Int {
    guard let next = try self.result.nextChunk() else { return 0 }
    chunk.share(next)
    return next.rowCount
  }
}
