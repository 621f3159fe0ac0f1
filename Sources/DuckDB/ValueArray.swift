import CDuckDB

/// Owns C values and the array of them that C functions take and copy.
@safe
struct ValueArray: ~Copyable {
  private var values: [duckdb_value?] = unsafe []

  init(_ values: [Value]) throws(DuckDBError) {
    for value in values {
      unsafe self.values.append(try ValueHandle(value).release())
    }
  }

  deinit {
    for index in unsafe self.values.indices {
      var value = unsafe self.values[index]
      unsafe duckdb_destroy_value(&value)
    }
  }

  /// Calls `body` with the array and its count; the array is only valid during the call.
  mutating func withPointer<Result>(
    _ body: (UnsafeMutablePointer<duckdb_value?>?, Int) -> Result
  ) -> Result {
    unsafe self.values.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, $0.count) }
  }
}
