import ArrowIPC

/// Members of an enum, as their names.
final class EnumColumn: ColumnBuilder {
  /// How DuckDB stores which member: as the smallest integer that can tell them apart.
  private enum Storage {
    case uint8, uint16, uint32
  }

  private let storage: Storage
  private var buffers = VariableWidthBuffers()
  /// The names one after the other, and where each of them starts and the last one ends.
  private let names: [UInt8]
  private let starts: [Int]

  init(_ members: [String]) {
    var names: [UInt8] = []
    var starts = [0]
    for member in members {
      names += member.utf8
      starts.append(names.count)
    }
    self.names = names
    self.starts = starts
    self.storage =
      switch members.count {
      case ...Int(UInt8.max): .uint8
      case ...Int(UInt16.max): .uint16
      default: .uint32
      }
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * 4 + self.nameByteCount(slice)
  }

  func append(_ slice: borrowing VectorSlice) {
    let byteCount = self.nameByteCount(slice)
    switch self.storage {
    case .uint8: self.append(slice, byteCount: byteCount, index: UInt8.self)
    case .uint16: self.append(slice, byteCount: byteCount, index: UInt16.self)
    case .uint32: self.append(slice, byteCount: byteCount, index: UInt32.self)
    }
  }

  func finish(into batch: inout RecordBatch) {
    self.buffers.finish(into: &batch)
  }

  private func nameByteCount(_ slice: borrowing VectorSlice) -> Int {
    switch self.storage {
    case .uint8: self.nameByteCount(slice, index: UInt8.self)
    case .uint16: self.nameByteCount(slice, index: UInt16.self)
    case .uint32: self.nameByteCount(slice, index: UInt32.self)
    }
  }

  @inline(__always)
  private func nameByteCount<Index: FixedWidthInteger & BitwiseCopyable>(
    _ slice: borrowing VectorSlice,
    index: Index.Type
  ) -> Int {
    let slots = unsafe slice.firstSlot(width: MemoryLayout<Index>.size)
    var total = 0
    for row in 0..<slice.rows.count where !slice.isNull(slice.rows.lowerBound + row) {
      total += unsafe self.name(slots, row, index: index).count
    }
    return total
  }

  @inline(__always)
  private func append<Index: FixedWidthInteger & BitwiseCopyable>(
    _ slice: borrowing VectorSlice,
    byteCount: Int,
    index: Index.Type
  ) {
    let slots = unsafe slice.firstSlot(width: MemoryLayout<Index>.size)
    let rows = slice.rows
    let validity = unsafe slice.validity
    unsafe self.buffers.append(slice, byteCount: byteCount) { bytes, ends, start in
      var target = unsafe bytes
      unsafe self.names.withUnsafeBytes { names in
        for row in 0..<rows.count {
          // `slots` has an index and `ends` four bytes for each of the rows; `bytes` has what
          // `nameByteCount` added up for the same rows.
          if unsafe VectorSlice.isValid(validity, rows.lowerBound &+ row) {
            let name = unsafe self.name(slots, row, index: index)
            if !name.isEmpty {
              // Not nil: there are names with bytes.
              unsafe target.copyMemory(
                from: names.baseAddress! + name.lowerBound,
                byteCount: name.count
              )
              unsafe target += name.count
            }
          }
          let end = start &+ Int32(truncatingIfNeeded: unsafe target - bytes)
          unsafe ends.storeBytes(of: end, toByteOffset: row &* 4, as: Int32.self)
        }
      }
      return byteCount
    }
  }

  @unsafe
  @inline(__always)
  private func name<Index: FixedWidthInteger & BitwiseCopyable>(
    _ slots: UnsafeRawPointer,
    _ row: Int,
    index: Index.Type
  ) -> Range<Int> {
    let member = unsafe Int(
      slots.loadUnaligned(fromByteOffset: row &* MemoryLayout<Index>.size, as: Index.self)
    )
    return self.starts[member]..<self.starts[member + 1]
  }
}
