import ArrowIPC

/// 128-bit integers as decimals of 38 digits, the widest that clients read: a HUGEINT may have
/// more, and so may a UHUGEINT.
final class HugeintColumn: ColumnBuilder {
  private let isSigned: Bool
  private let path: String
  private var validity = ValidityBuffer()
  private var values = OutputBuffer()

  init(isSigned: Bool, path: String) {
    self.isSigned = isSigned
    self.path = path
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * 16
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    self.validity.append(slice)
    if self.isSigned {
      try self.copy(slice, as: Int128.self)
    } else {
      try self.copy(slice, as: UInt128.self)
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.values.take())
  }

  /// 10 to the power of 38.
  private static var limit: UInt128 { 100_000_000_000_000_000_000_000_000_000_000_000_000 }

  @inline(__always)
  private func copy<Slot: FixedWidthInteger & BitwiseCopyable>(
    _ slice: borrowing VectorSlice,
    as type: Slot.Type
  ) throws(ConversionError) where Slot.Magnitude == UInt128 {
    let source = unsafe slice.firstSlot(width: 16)
    let count = slice.rows.count
    let path = self.path
    let first = slice.rows.lowerBound
    let validity = unsafe slice.validity
    try unsafe self.values.append(atMost: count * 16) { target throws(ConversionError) in
      for row in 0..<count {
        // `source` and `target` have 16 bytes for each of the slice's rows.
        var value = unsafe source.loadUnaligned(fromByteOffset: row &* 16, as: Slot.self)
        if unsafe !VectorSlice.isValid(validity, first &+ row) {
          value = 0
        }
        guard value.magnitude < Self.limit else {
          throw .outOfRange(
            column: path,
            value: String(value),
            type: Slot.isSigned ? "HUGEINT" : "UHUGEINT",
            reason: "has more than the 38 digits of an Arrow decimal"
          )
        }
        unsafe target.storeBytes(of: value, toByteOffset: row &* 16, as: Slot.self)
      }
      return count * 16
    }
  }
}
