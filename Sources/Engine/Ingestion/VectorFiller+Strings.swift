internal import ArrowIPC

extension VectorFiller {
  private static let slotWidth = 16
  private static let inlineCapacity = 12

  /// Has the slots of text or blobs point to the array's bytes; short ones lie in the slot itself.
  ///
  /// The decoder has checked that offsets lie within the buffers.
  @unsafe
  static func pointStrings(
    of slots: UnsafeMutableRawPointer,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ layout: ColumnImport.StringLayout
  ) {
    let target = unsafe slots + start &* Self.slotWidth
    switch layout {
    case .offsets32:
      unsafe Self.pointStrings(target, array.bytes(1), Int32.self, array.bytes(2), rows)
    case .offsets64:
      unsafe Self.pointStrings(target, array.bytes(1), Int64.self, array.bytes(2), rows)
    case .views:
      unsafe Self.pointViews(target, array, rows)
    case .fixed(let width):
      let bytes = unsafe array.bytes(1)
      rows.forEach { row, place in
        let slot = unsafe target + place &* Self.slotWidth
        unsafe Self.point(slot, bytes, at: row &* width, length: width)
      }
    }
  }

  @unsafe
  @inline(__always)
  private static func pointStrings<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ target: UnsafeMutableRawPointer,
    _ offsets: UnsafeRawBufferPointer,
    _ type: Offset.Type,
    _ bytes: UnsafeRawBufferPointer,
    _ rows: RowSelection
  ) {
    rows.forEach { row, place in
      let offset = unsafe Int(ArrayData.integer(offsets, row, as: type))
      let end = unsafe Int(ArrayData.integer(offsets, row &+ 1, as: type))
      let slot = unsafe target + place &* Self.slotWidth
      unsafe Self.point(slot, bytes, at: offset, length: end &- offset)
    }
  }

  /// A view is its length, then its bytes, or four of them, the buffer they lie in and where.
  @unsafe
  private static func pointViews(
    _ target: UnsafeMutableRawPointer,
    _ array: ArrayData,
    _ rows: RowSelection
  ) {
    let views = unsafe array.bytes(1)
    let buffers = unsafe array.buffers.indices.map { unsafe array.bytes($0) }
    rows.forEach { row, place in
      let length = unsafe Int(ArrayData.integer(views, 4 &* row, as: Int32.self))
      let slot = unsafe target + place &* Self.slotWidth
      if length <= Self.inlineCapacity {
        unsafe Self.point(slot, views, at: row &* 16 &+ 4, length: length)
      } else {
        let buffer = unsafe Int(ArrayData.integer(views, 4 &* row &+ 2, as: Int32.self))
        let offset = unsafe Int(ArrayData.integer(views, 4 &* row &+ 3, as: Int32.self))
        unsafe Self.point(slot, buffers[2 &+ buffer], at: offset, length: length)
      }
    }
  }

  /// Writes a slot: the length, then up to 12 bytes, or 4 of them and a pointer to all.
  @unsafe
  @inline(__always)
  private static func point(
    _ slot: UnsafeMutableRawPointer,
    _ bytes: UnsafeRawBufferPointer,
    at offset: Int,
    length: Int
  ) {
    unsafe slot.storeBytes(of: UInt32(truncatingIfNeeded: length), as: UInt32.self)
    guard length > 0, let first = bytes.baseAddress else {
      // The bytes that aren't used must be zero: DuckDB compares them.
      unsafe (slot + 4).initializeMemory(as: UInt8.self, repeating: 0, count: Self.inlineCapacity)
      return
    }
    let source = unsafe first + offset
    if length > Self.inlineCapacity {
      unsafe slot.storeBytes(
        of: source.loadUnaligned(as: UInt32.self),
        toByteOffset: 4,
        as: UInt32.self
      )
      unsafe slot.storeBytes(of: UInt(bitPattern: source), toByteOffset: 8, as: UInt.self)
    } else if bytes.count &- offset >= Self.inlineCapacity {
      let low = unsafe source.loadUnaligned(as: UInt64.self)
      let high = unsafe (source + 8).loadUnaligned(as: UInt32.self)
      let (lowBits, highBits) = (UInt64(8 &* length), UInt64(max(0, 8 &* (length &- 8))))
      let lowMask = length >= 8 ? UInt64.max : 1 &<< lowBits &- 1
      let highMask = UInt32(truncatingIfNeeded: 1 as UInt64 &<< highBits &- 1)
      unsafe slot.storeBytes(of: low & lowMask, toByteOffset: 4, as: UInt64.self)
      unsafe slot.storeBytes(of: high & highMask, toByteOffset: 12, as: UInt32.self)
    } else {
      unsafe (slot + 4).initializeMemory(as: UInt8.self, repeating: 0, count: Self.inlineCapacity)
      unsafe (slot + 4).copyMemory(from: source, byteCount: length)
    }
  }
}
