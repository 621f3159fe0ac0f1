import ArrowIPC

/// Texts and blobs: most of what most results consist of.
final class StringColumn: ColumnBuilder {
  private var buffers = VariableWidthBuffers()

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    self.validityByteCount(slice) + slice.rows.count * 4 + Self.contentByteCount(slice)
  }

  func append(_ slice: borrowing VectorSlice) {
    let byteCount = Self.contentByteCount(slice)
    let slots = unsafe slice.firstSlot(width: StringSlot.width)
    let rows = slice.rows
    let validity = unsafe slice.validity
    unsafe self.buffers.append(slice, byteCount: byteCount) { bytes, ends, start in
      if let validity = unsafe validity {
        unsafe Self.copy(slots, rows, validity, to: bytes, ends: ends, start: start)
      } else {
        unsafe Self.copy(slots, rows.count, to: bytes, ends: ends, start: start)
      }
      return byteCount
    }
  }

  func finish(into batch: inout RecordBatch) {
    self.buffers.finish(into: &batch)
  }

  /// The bytes of all rows.
  ///
  /// The length of a NULL is undefined, so it must not be read as one.
  private static func contentByteCount(_ slice: borrowing VectorSlice) -> Int {
    let slots = unsafe slice.firstSlot(width: StringSlot.width)
    let count = slice.rows.count
    var total = 0
    if let validity = unsafe slice.validity {
      let first = slice.rows.lowerBound
      for row in 0..<count where unsafe Bits.isSet(validity, first &+ row) {
        total &+= unsafe StringSlot(slots + row &* StringSlot.width).count
      }
    } else {
      for row in 0..<count {
        total &+= unsafe StringSlot(slots + row &* StringSlot.width).count
      }
    }
    return total
  }

  /// The loops below are safe because `slots` has a slot and `ends` four bytes for each of the
  /// rows, and `bytes` has what ``contentByteCount(_:)`` counted for the same rows, and 16 more.
  @unsafe
  private static func copy(
    _ slots: UnsafeRawPointer,
    _ count: Int,
    to bytes: UnsafeMutableRawPointer,
    ends: UnsafeMutableRawPointer,
    start: Int32
  ) {
    var target = unsafe bytes
    var end = start
    for row in 0..<count {
      let slot = unsafe StringSlot(slots + row &* StringSlot.width)
      let length = unsafe slot.count
      unsafe self.copy(slot, length, to: target)
      unsafe target += length
      end &+= Int32(truncatingIfNeeded: length)
      unsafe ends.storeBytes(of: end, toByteOffset: row &* 4, as: Int32.self)
    }
  }

  @unsafe
  private static func copy(
    _ slots: UnsafeRawPointer,
    _ rows: Range<Int>,
    _ validity: UnsafePointer<UInt64>,
    to bytes: UnsafeMutableRawPointer,
    ends: UnsafeMutableRawPointer,
    start: Int32
  ) {
    var target = unsafe bytes
    var end = start
    for row in 0..<rows.count {
      if unsafe Bits.isSet(validity, rows.lowerBound &+ row) {
        let slot = unsafe StringSlot(slots + row &* StringSlot.width)
        let length = unsafe slot.count
        unsafe self.copy(slot, length, to: target)
        unsafe target += length
        end &+= Int32(truncatingIfNeeded: length)
      }
      unsafe ends.storeBytes(of: end, toByteOffset: row &* 4, as: Int32.self)
    }
  }

  /// Copies a string and perhaps a few bytes after it: never more than 16 in all unless the
  /// string is longer, so the slack has room for them.
  @unsafe
  @inline(__always)
  private static func copy(
    _ slot: StringSlot,
    _ length: Int,
    to target: UnsafeMutableRawPointer
  ) {
    if unsafe length <= StringSlot.inlineCapacity {
      let address = unsafe slot.address
      unsafe target.storeBytes(of: (address + 4).loadUnaligned(as: UInt64.self), as: UInt64.self)
      unsafe target.storeBytes(
        of: (address + 12).loadUnaligned(as: UInt32.self),
        toByteOffset: 8,
        as: UInt32.self
      )
    } else {
      let source = unsafe (slot.address + 8).loadUnaligned(as: UnsafeRawPointer.self)
      if length >= 16, length <= 32 {
        typealias Half = SIMD16<UInt8>
        let first = unsafe source.loadUnaligned(as: Half.self)
        let last = unsafe (source + length - 16).loadUnaligned(as: Half.self)
        unsafe target.storeBytes(of: first, as: Half.self)
        unsafe (target + length - 16).storeBytes(of: last, as: Half.self)
      } else {
        unsafe target.copyMemory(from: source, byteCount: length)
      }
    }
  }
}
