import ArrowIPC

/// Validity, 32-bit offsets and bytes, as of a column of strings.
struct VariableWidthBuffers {
  /// How many bytes after those announced may be overwritten by whoever writes the bytes.
  static let slack = 16

  private var validity = ValidityBuffer()
  private var offsets = OutputBuffer()
  private var bytes = OutputBuffer()

  /// Appends the rows of `slice`.
  ///
  /// - Parameters:
  ///   - byteCount: At least as many bytes as the rows have. The limits on batches keep what is
  ///     in one far below what a 32-bit offset can hold.
  ///   - write: Writes the bytes to the first address, and for each row the offset at which its
  ///     bytes end to the second; the offsets start with the number given. Says how many bytes.
  @inline(__always)
  mutating func append<Failure: Error>(
    _ slice: borrowing VectorSlice,
    byteCount: Int,
    write: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int32) throws(Failure) -> Int
  ) throws(Failure) {
    self.validity.append(slice)
    self.startOffsets()
    let start = Int32(self.bytes.byteCount)
    let offsetByteCount = slice.rows.count * 4
    unsafe try self.offsets.append(atMost: offsetByteCount) { ends throws(Failure) in
      unsafe try self.bytes.append(atMost: byteCount, slack: Self.slack) { bytes throws(Failure) in
        try unsafe write(bytes, ends, start)
      }
      return offsetByteCount
    }
  }

  mutating func finish(into batch: inout RecordBatch) {
    self.startOffsets()
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.offsets.take())
    batch.buffers.append(self.bytes.take())
  }

  private mutating func startOffsets() {
    if self.offsets.byteCount == 0 {
      unsafe self.offsets.append(4) { unsafe $0.storeBytes(of: 0, as: Int32.self) }
    }
  }
}
