import ArrowIPC

/// Types that Arrow lacks, as the text that DuckDB casts them to.
final class TextColumn: ColumnBuilder {
  private let format: any TextFormat
  private var buffers = VariableWidthBuffers()

  init(_ format: any TextFormat) {
    self.format = format
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * 4
      + self.format.maximumByteCount(of: slice)
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    try self.format.append(slice, to: &self.buffers)
  }

  func finish(into batch: inout RecordBatch) {
    self.buffers.finish(into: &batch)
  }
}
