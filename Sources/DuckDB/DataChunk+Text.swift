import CDuckDB

extension DataChunk {
  /// One value of a `VARCHAR` column; `nil` for NULL.
  ///
  /// For single values, not for loops over rows.
  package borrowing func text(column: Int, row: Int) -> String? {
    let vector = self.vector(at: column)
    precondition((0..<vector.rowCount).contains(row), "no row \(row)")
    if let words = vector.validityWords, words[row / 64] >> UInt64(row % 64) & 1 == 0 {
      return nil
    }
    // The slot is a copy, but what it points to belongs to the chunk, which is borrowed.
    var slot = unsafe vector.data.load(
      fromByteOffset: row * MemoryLayout<duckdb_string_t>.stride,
      as: duckdb_string_t.self
    )
    let count = Int(unsafe duckdb_string_t_length(slot))
    return unsafe withUnsafeMutablePointer(to: &slot) { pointer in
      unsafe String(
        decoding: UnsafeRawBufferPointer(start: duckdb_string_t_data(pointer), count: count),
        as: UTF8.self
      )
    }
  }
}
