import ArrowIPC

/// Nothing but NULL, without any buffer.
final class NullColumn: ColumnBuilder {
  private var rowCount = 0

  /// Not zero, so that rows can't outgrow 32-bit offsets without counting.
  func byteCount(of slice: borrowing VectorSlice) -> Int { slice.rows.count / 8 }

  func append(_ slice: borrowing VectorSlice) {
    self.rowCount += slice.rows.count
  }

  func finish(into batch: inout RecordBatch) {
    batch.nodes.append(FieldNode(rowCount: self.rowCount, nullCount: self.rowCount))
    self.rowCount = 0
  }
}
