import ArrowIPC

/// Values that DuckDB and Arrow store alike.
final class FixedWidthColumn: ColumnBuilder {
  private let width: Int
  private var validity = ValidityBuffer()
  private var values = OutputBuffer()

  /// - Parameter width: The bytes of a value.
  init(width: Int) {
    self.width = width
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * self.width
  }

  func append(_ slice: borrowing VectorSlice) {
    self.validity.append(slice)
    let width = self.width
    let byteCount = slice.rows.count * width
    let source = unsafe slice.firstSlot(width: width)
    let validity = unsafe slice.validity
    let rows = slice.rows
    unsafe self.values.append(byteCount) { target in
      // Both hold `byteCount` bytes: a slot for each of the slice's rows.
      unsafe target.copyMemory(from: source, byteCount: byteCount)
      if let validity = unsafe validity {
        // What a NULL's slot holds may be anyone's memory.
        unsafe Bits.forEachZero(validity, in: rows) { row in
          unsafe (target + row &* width).initializeMemory(
            as: UInt8.self,
            repeating: 0,
            count: width
          )
        }
      }
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.values.take())
  }
}
