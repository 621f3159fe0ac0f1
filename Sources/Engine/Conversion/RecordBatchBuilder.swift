package import ArrowIPC
package import DuckDB

/// Gathers chunks into record batches of a size worth sending.
package struct RecordBatchBuilder: ~Copyable {
  /// What a buffer takes beside its bytes: its place in the message's header, and padding.
  private static let bufferOverheadByteCount = 64 + 16

  private let columns: [any ColumnBuilder]
  private let limits: BatchLimits
  private let bufferCount: Int
  private var isFirst = true
  private var byteCount: Int

  /// The rows in the batch that is being built.
  package private(set) var rowCount = 0

  /// Whether the batch is to be taken by ``finish()`` before more is appended.
  package private(set) var isFull = false

  /// - Parameter schema: What ``Schema/init(columns:timeZone:)`` made of the same columns.
  package init(columns: [Column], schema: Schema, limits: BatchLimits = BatchLimits()) {
    precondition(columns.count == schema.fields.count)
    self.columns = columns.map { makeColumnBuilder($0.type, path: $0.name) }
    self.limits = limits
    self.bufferCount = schema.fields.reduce(0) { $0 + $1.type.maximumBufferCount }
    self.byteCount = self.bufferCount * Self.bufferOverheadByteCount
  }

  /// Appends rows of `chunk`, as many as the batch has room for.
  ///
  /// - Returns: How many. They are fewer than there are only if the batch is full now: take it
  ///   and append the others to the next. A batch without rows takes at least one.
  package mutating func append(
    _ chunk: borrowing DataChunk,
    fromRow firstRow: Int = 0
  ) throws(ConversionError) -> Int {
    precondition(chunk.columnCount == self.columns.count)
    let limit = self.isFirst ? self.limits.firstBatchByteCount : self.limits.maximumByteCount
    let remaining = chunk.rowCount - firstRow
    guard remaining > 0 else {
      return 0
    }
    var count = remaining
    var added = self.byteCount(of: chunk, firstRow..<(firstRow + count))
    if self.byteCount + added > limit {
      (count, added) = self.largestPrefix(of: chunk, firstRow: firstRow, limit: limit)
      self.isFull = true
      if count == 0 {
        guard self.rowCount == 0 else {
          return 0
        }
        (count, added) = (1, try self.byteCount(ofSingleRow: firstRow, in: chunk))
      }
    }
    for (index, column) in self.columns.enumerated() {
      let rows = firstRow..<(firstRow + count)
      try column.append(VectorSlice(chunk.vector(at: index), rows: rows))
    }
    self.rowCount += count
    self.byteCount += added
    let target = self.isFirst ? limit : self.limits.targetByteCount
    self.isFull = self.isFull || self.byteCount >= target
    return count
  }

  /// Hands over the batch, which may be empty, and starts the next.
  package mutating func finish() -> RecordBatch {
    var batch = RecordBatch(rowCount: self.rowCount, nodes: [], buffers: [])
    batch.buffers.reserveCapacity(self.bufferCount)
    for column in self.columns {
      column.finish(into: &batch)
    }
    self.rowCount = 0
    self.byteCount = self.bufferCount * Self.bufferOverheadByteCount
    self.isFull = false
    self.isFirst = false
    return batch
  }

  private borrowing func byteCount(of chunk: borrowing DataChunk, _ rows: Range<Int>) -> Int {
    var total = 0
    for (index, column) in self.columns.enumerated() {
      total += column.byteCount(of: VectorSlice(chunk.vector(at: index), rows: rows))
    }
    return total
  }

  /// The most rows with which the batch stays within `limit`, and what they add to it.
  private borrowing func largestPrefix(
    of chunk: borrowing DataChunk,
    firstRow: Int,
    limit: Int
  ) -> (rowCount: Int, byteCount: Int) {
    var fitting = 0
    var fittingByteCount = 0
    var tooMany = chunk.rowCount - firstRow
    while fitting + 1 < tooMany {
      let middle = (fitting + tooMany) / 2
      let added = self.byteCount(of: chunk, firstRow..<(firstRow + middle))
      if self.byteCount + added <= limit {
        fitting = middle
        fittingByteCount = added
      } else {
        tooMany = middle
      }
    }
    return (fitting, fittingByteCount)
  }

  private borrowing func byteCount(
    ofSingleRow row: Int,
    in chunk: borrowing DataChunk
  ) throws(ConversionError) -> Int {
    let byteCount = self.byteCount(of: chunk, row..<(row + 1))
    guard byteCount <= self.limits.maximumRowByteCount else {
      throw ConversionError(
        code: .rowTooLarge,
        message: """
          a row of \(byteCount) bytes exceeds the limit of \(self.limits.maximumRowByteCount) \
          bytes a row (maximumRowByteCount)
          """
      )
    }
    return byteCount
  }
}

extension DataType {
  /// How many buffers a column of this type and its children have, at most.
  fileprivate var maximumBufferCount: Int {
    switch self {
    case .list(let child), .fixedSizeList(let child, _), .map(let child, _):
      2 + child.type.maximumBufferCount
    case .struct(let children), .union(_, _, let children):
      1 + children.reduce(0) { $0 + $1.type.maximumBufferCount }
    default: 3
    }
  }
}
