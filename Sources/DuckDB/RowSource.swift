import Synchronization

/// Rows made in Swift, which a statement reads by way of ``RowFunction``.
package final class RowSource: Sendable {
  /// Writes the next rows and says how many: none ends the reading.
  ///
  /// Text and blobs may point to memory of the reader's own that stays as it is until its next call:
  /// by then DuckDB has copied what it keeps.
  package typealias Fill = (borrowing WritableChunk) throws -> Int

  package let columns: [Column]
  let readerLimit: Int
  private let makeReader: @Sendable () -> Fill
  private let state = Mutex<(any Error)?>(nil)

  /// - Parameters:
  ///   - columns: The rows' columns.
  ///   - readerLimit: How many of DuckDB's threads may read at a time.
  ///   - makeReader: Called on each thread that reads. DuckDB calls what it returns from that thread,
  ///     rarely from another, and lets go of it when the thread has come to an end or the statement
  ///     has failed.
  package init(
    columns: [Column],
    readerLimit: Int,
    makeReader: @escaping @Sendable () -> Fill
  ) {
    self.columns = columns
    self.readerLimit = readerLimit
    self.makeReader = makeReader
  }

  /// Rows that one thread at a time reads.
  package convenience init(
    columns: [Column],
    fill: @escaping @Sendable (borrowing WritableChunk) throws -> Int
  ) {
    self.init(columns: columns, readerLimit: 1) { fill }
  }

  /// The first error of a reader; DuckDB itself carries on no more than a text.
  var failure: (any Error)? { self.state.withLock { $0 } }

  func fail(_ error: any Error) {
    self.state.withLock { $0 = $0 ?? error }
  }

  func reader() -> RowReader {
    RowReader(of: self, self.makeReader())
  }
}
