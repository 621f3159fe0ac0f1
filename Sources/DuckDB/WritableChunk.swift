import CDuckDB

/// A chunk of DuckDB's that is to be filled with at most ``DataChunk/maximumRowCount`` rows.
@safe
package struct WritableChunk: ~Copyable {
  private let pointer: duckdb_data_chunk

  @unsafe
  init(_ pointer: duckdb_data_chunk) {
    unsafe self.pointer = pointer
  }

  /// Forgets what has been written so far.
  package borrowing func reset() {
    unsafe duckdb_data_chunk_reset(self.pointer)
  }

  /// Takes over the columns of another chunk, without a copy.
  ///
  /// Both must have the same types.
  package borrowing func share(_ other: borrowing DataChunk) {
    for index in 0..<idx_t(other.columnCount) {
      unsafe duckdb_vector_reference_vector(
        duckdb_data_chunk_get_vector(self.pointer, index),
        duckdb_data_chunk_get_vector(other.pointer, index)
      )
    }
  }

  borrowing func setRowCount(_ count: Int) {
    unsafe duckdb_data_chunk_set_size(self.pointer, idx_t(count))
  }

  @_lifetime(borrow self)
  package borrowing func vector(at index: Int) -> WritableVector {
    precondition(
      (0..<Int(unsafe duckdb_data_chunk_get_column_count(self.pointer))).contains(index),
      "no column \(index)"
    )
    let vector = unsafe WritableVector(duckdb_data_chunk_get_vector(self.pointer, idx_t(index)))
    return unsafe _overrideLifetime(vector, borrowing: self)
  }
}
