import ArrowIPC

/// Months, days and microseconds; Arrow counts nanoseconds.
final class IntervalColumn: ColumnBuilder {
  private let path: String
  private var validity = ValidityBuffer()
  private var values = OutputBuffer()

  init(path: String) {
    self.path = path
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * 16
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    self.validity.append(slice)
    let source = unsafe slice.firstSlot(width: 16)
    let count = slice.rows.count
    let path = self.path
    let first = slice.rows.lowerBound
    let validity = unsafe slice.validity
    unsafe try self.values.append(atMost: count * 16) { target throws(ConversionError) in
      for row in 0..<count {
        // `source` and `target` have 16 bytes for each of the slice's rows: two 32-bit counts,
        // which are copied as one number, and a 64-bit one.
        var monthsAndDays = unsafe source.loadUnaligned(
          fromByteOffset: row &* 16,
          as: UInt64.self
        )
        var micros = unsafe source.loadUnaligned(fromByteOffset: row &* 16 &+ 8, as: Int64.self)
        if unsafe !VectorSlice.isValid(validity, first &+ row) {
          monthsAndDays = 0
          micros = 0
        }
        let (nanos, overflows) = micros.multipliedReportingOverflow(by: 1000)
        guard !overflows else {
          throw .outOfRange(
            column: path,
            value: "of \(micros) microseconds",
            type: "INTERVAL",
            reason: "has too many nanoseconds for an Arrow interval"
          )
        }
        unsafe target.storeBytes(of: monthsAndDays, toByteOffset: row &* 16, as: UInt64.self)
        unsafe target.storeBytes(of: nanos, toByteOffset: row &* 16 &+ 8, as: Int64.self)
      }
      return count * 16
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.values.take())
  }
}
