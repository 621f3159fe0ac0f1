import ArrowIPC

/// Bytes to bits.
final class BooleanColumn: ColumnBuilder {
  private var validity = ValidityBuffer()
  private var values = BitBuffer()

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count / 8
  }

  func append(_ slice: borrowing VectorSlice) {
    self.validity.append(slice)
    // One byte for each of the slice's rows.
    unsafe self.values.append(lowestBitsOf: slice.firstSlot(width: 1), count: slice.rows.count)
    if let words = unsafe slice.validity {
      unsafe self.values.clearNulls(words, in: slice.rows)
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.values.take())
  }
}
