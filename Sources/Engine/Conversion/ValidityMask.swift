import DuckDB

/// A copy of a vector's validity, to be narrowed by that of what contains it.
struct ValidityMask {
  private var words: [UInt64]

  /// Copies the words that `rows` need; those before them are of no use to anyone.
  init(_ vector: Vector, rows: Range<Int>) {
    let count = (rows.upperBound + 63) / 64
    self.words = [UInt64](repeating: .max, count: count)
    if let validity = vector.validityWords {
      for index in (rows.lowerBound / 64)..<count {
        self.words[index] = validity[index]
      }
    }
  }

  mutating func clear(_ rows: Range<Int>) {
    for row in rows {
      self.words[row >> 6] &= ~(1 << UInt64(row & 63))
    }
  }

  /// Calls `body` with a slice of `vector` that has this validity.
  func withSlice(
    _ vector: Vector,
    rows: Range<Int>,
    _ body: (borrowing VectorSlice) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let words = self.words.span
    try unsafe words.withUnsafeBufferPointer { words throws(ConversionError) in
      try unsafe body(VectorSlice(vector, rows: rows, validity: words.baseAddress))
    }
  }
}
