import ArrowIPC

/// Decimals of up to 18 digits, which DuckDB stores as the smallest integer that holds them and
/// Arrow's clients read as 128 bits.
///
/// Wider ones are alike in both.
final class DecimalColumn: ColumnBuilder {
  private enum Storage {
    case int16, int32, int64
  }

  static let maximumWidth = 18

  private let storage: Storage
  private var validity = ValidityBuffer()
  private var values = OutputBuffer()

  /// - Parameter width: The digits of a value.
  init(width: Int) {
    precondition(width <= Self.maximumWidth)
    self.storage =
      switch width {
      case ...4: .int16
      case ...9: .int32
      default: .int64
      }
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * 16
  }

  func append(_ slice: borrowing VectorSlice) {
    self.validity.append(slice)
    switch self.storage {
    case .int16: self.widen(slice, from: Int16.self)
    case .int32: self.widen(slice, from: Int32.self)
    case .int64: self.widen(slice, from: Int64.self)
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.values.take())
  }

  @inline(__always)
  private func widen<Slot: FixedWidthInteger & BitwiseCopyable>(
    _ slice: borrowing VectorSlice,
    from type: Slot.Type
  ) {
    let source = unsafe slice.firstSlot(width: MemoryLayout<Slot>.size)
    let validity = unsafe slice.validity
    let rows = slice.rows
    unsafe self.values.append(rows.count * 16) { target in
      // `source` has a slot, `target` 16 bytes for each of the slice's rows.
      for row in 0..<rows.count {
        let value = unsafe Int64(
          truncatingIfNeeded: source.loadUnaligned(
            fromByteOffset: row &* MemoryLayout<Slot>.size,
            as: Slot.self
          )
        )
        unsafe target.storeBytes(of: value, toByteOffset: row &* 16, as: Int64.self)
        unsafe target.storeBytes(of: value &>> 63, toByteOffset: row &* 16 &+ 8, as: Int64.self)
      }
      if let validity = unsafe validity {
        unsafe Bits.forEachZero(validity, in: rows) { row in
          unsafe target.storeBytes(of: 0, toByteOffset: row &* 16, as: UInt64.self)
          unsafe target.storeBytes(of: 0, toByteOffset: row &* 16 &+ 8, as: UInt64.self)
        }
      }
    }
  }
}
