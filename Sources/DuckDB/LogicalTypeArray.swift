import CDuckDB

/// Owns C logical types and the array of them that C functions take.
@safe
struct LogicalTypeArray: ~Copyable {
  private var types: [duckdb_logical_type?] = unsafe []

  init(_ types: [LogicalType]) throws(DuckDBError) {
    for type in types {
      unsafe self.types.append(try LogicalTypeHandle(type).release())
    }
  }

  deinit {
    for index in unsafe self.types.indices {
      var type = unsafe self.types[index]
      unsafe duckdb_destroy_logical_type(&type)
    }
  }

  /// Calls `body` with the array; it is only valid during the call.
  mutating func withPointer<Result>(
    _ body: (UnsafeMutablePointer<duckdb_logical_type?>?) -> Result
  ) -> Result {
    unsafe self.types.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
  }
}
