import CDuckDB

/// Rows in column order, at most ``maximumRowCount``.
@safe
package struct DataChunk: ~Copyable {
  let pointer: duckdb_data_chunk

  package let rowCount: Int
  package let columnCount: Int

  package static var maximumRowCount: Int { Int(duckdb_vector_size()) }

  @unsafe
  init(_ pointer: duckdb_data_chunk) {
    unsafe self.pointer = pointer
    self.rowCount = Int(unsafe duckdb_data_chunk_get_size(pointer))
    self.columnCount = Int(unsafe duckdb_data_chunk_get_column_count(pointer))
  }

  deinit {
    var chunk: duckdb_data_chunk? = unsafe self.pointer
    unsafe duckdb_destroy_data_chunk(&chunk)
  }

  /// The column at `index`, without a copy; the compiler sees to it that the chunk outlives it.
  @_lifetime(borrow self)
  package borrowing func vector(at index: Int) -> Vector {
    precondition((0..<self.columnCount).contains(index), "no column \(index)")
    let vector = unsafe Vector(
      duckdb_data_chunk_get_vector(self.pointer, idx_t(index)),
      rowCount: self.rowCount
    )
    return unsafe _overrideLifetime(vector, borrowing: self)
  }
}
