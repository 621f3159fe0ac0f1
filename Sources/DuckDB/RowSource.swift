import Synchronization

/// Rows made in Swift, which a statement reads by way of ``RowFunction``.
package final class RowSource: Sendable {
  /// Writes the next rows and says how many: none ends the source.
  ///
  /// Text and blobs may point to memory of the source's own that stays as it is until the next call:
  /// by then DuckDB has copied what it keeps.
  package typealias Fill = (borrowing WritableChunk) throws -> Int

  package let columns: [Column]
  let threadCount: Int
  fileprivate let makeFill: @Sendable () -> Fill
  private let state = Mutex<(any Error)?>(nil)

  /// - Parameters:
  ///   - columns: The rows' columns.
  ///   - threadCount: How many of DuckDB's threads may read at a time.
  ///   - makeFill: Makes what one of them calls.
  package init(
    columns: [Column],
    threadCount: Int,
    makeFill: @escaping @Sendable () -> Fill
  ) {
    self.columns = columns
    self.threadCount = threadCount
    self.makeFill = makeFill
  }

  /// A source that makes its rows one after the other.
  ///
  /// - Parameter fill: Called on any of DuckDB's threads, by one at a time.
  package convenience init(
    columns: [Column],
    fill: @escaping @Sendable (borrowing WritableChunk) throws -> Int
  ) {
    self.init(columns: columns, threadCount: 1) { fill }
  }

  /// The error that ended the source; DuckDB itself carries on no more than a text.
  var failure: (any Error)? { self.state.withLock { $0 } }

  fileprivate func note(_ error: any Error) {
    self.state.withLock { $0 = $0 ?? error }
  }
}

/// One thread's way through a source.
final class RowReader {
  private let source: RowSource
  private let fillChunk: RowSource.Fill

  init(_ source: RowSource) {
    self.source = source
    self.fillChunk = source.makeFill()
  }

  func fill(_ chunk: borrowing WritableChunk) throws {
    do {
      chunk.setRowCount(try self.fillChunk(chunk))
    } catch {
      self.source.note(error)
      throw error
    }
  }
}
