/// Writes the values of one type as text.
protocol TextFormat {
  /// Bytes from one slot to the next.
  static var slotWidth: Int { get }

  /// As many bytes as the text can have at most.
  @unsafe func maximumByteCount(_ slot: UnsafeRawPointer) -> Int

  /// Writes the text and says how many bytes it has.
  @unsafe func write(
    _ slot: UnsafeRawPointer,
    to target: UnsafeMutableRawPointer
  ) throws(ConversionError) -> Int

  /// As many bytes as the texts of all rows of `slice` can have at most.
  func maximumByteCount(of slice: borrowing VectorSlice) -> Int

  /// Appends the texts of all rows of `slice`.
  func append(
    _ slice: borrowing VectorSlice,
    to buffers: inout VariableWidthBuffers
  ) throws(ConversionError)
}

/// The loops are requirements of the protocol so that the compiler makes one for each format.
extension TextFormat {
  func maximumByteCount(of slice: borrowing VectorSlice) -> Int {
    let slots = unsafe slice.firstSlot(width: Self.slotWidth)
    var total = 0
    for row in 0..<slice.rows.count where !slice.isNull(slice.rows.lowerBound + row) {
      total += unsafe self.maximumByteCount(slots + row &* Self.slotWidth)
    }
    return total
  }

  func append(
    _ slice: borrowing VectorSlice,
    to buffers: inout VariableWidthBuffers
  ) throws(ConversionError) {
    let slots = unsafe slice.firstSlot(width: Self.slotWidth)
    let rows = slice.rows
    let validity = unsafe slice.validity
    let byteCount = self.maximumByteCount(of: slice)
    try unsafe buffers.append(slice, byteCount: byteCount) {
      bytes,
      ends,
      start throws(ConversionError) in
      var written = 0
      for row in 0..<rows.count {
        if unsafe VectorSlice.isValid(validity, rows.lowerBound &+ row) {
          // `slots` has a slot and `ends` four bytes for each of the rows; `bytes` has what the
          // format asks for each of them.
          written += try unsafe self.write(slots + row &* Self.slotWidth, to: bytes + written)
        }
        let end = start &+ Int32(truncatingIfNeeded: written)
        unsafe ends.storeBytes(of: end, toByteOffset: row &* 4, as: Int32.self)
      }
      return written
    }
  }
}
