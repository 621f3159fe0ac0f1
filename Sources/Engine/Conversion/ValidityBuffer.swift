import NIOCore

/// Which rows of a column aren't NULL: empty as long as none is.
struct ValidityBuffer {
  private var bits = BitBuffer()
  private(set) var rowCount = 0
  private(set) var nullCount = 0

  mutating func append(_ slice: borrowing VectorSlice) {
    if let words = unsafe slice.validity {
      if self.nullCount == 0 {
        self.bits.appendOnes(self.rowCount)
      }
      unsafe self.bits.append(words, in: slice.rows)
      self.nullCount += slice.nullCount
    } else if self.nullCount > 0 {
      self.bits.appendOnes(slice.rows.count)
    }
    self.rowCount += slice.rows.count
  }

  mutating func take() -> ByteBuffer {
    self.rowCount = 0
    self.nullCount = 0
    return self.bits.take()
  }
}
