import Synchronization

/// Rows made in Swift, which a statement reads by way of ``RowFunction``.
package final class RowSource: Sendable {
  package let columns: [Column]
  private let fillChunk: @Sendable (borrowing WritableChunk) throws -> Int
  private let state = Mutex<(any Error)?>(nil)

  /// - Parameters:
  ///   - columns: The rows' columns.
  ///   - fill: Writes the next rows and says how many: none ends the source. Called on any of
  ///     DuckDB's threads, by one at a time. Text and blobs may point to memory of the source's own
  ///     that stays as it is until the next call: by then DuckDB has copied what it keeps.
  package init(
    columns: [Column],
    fill: @escaping @Sendable (borrowing WritableChunk) throws -> Int
  ) {
    self.columns = columns
    self.fillChunk = fill
  }

  /// The error that ended the source; DuckDB itself carries on no more than a text.
  var failure: (any Error)? { self.state.withLock { $0 } }

  func fill(_ chunk: borrowing WritableChunk) throws {
    do {
      chunk.setRowCount(try self.fillChunk(chunk))
    } catch {
      self.state.withLock { $0 = $0 ?? error }
      throw error
    }
  }
}
