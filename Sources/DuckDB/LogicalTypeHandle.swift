import CDuckDB

/// Owns a C logical type.
@safe
struct LogicalTypeHandle: ~Copyable {
  let pointer: duckdb_logical_type?

  @unsafe
  init(_ pointer: duckdb_logical_type?) {
    unsafe self.pointer = pointer
  }

  deinit {
    var type = unsafe self.pointer
    unsafe duckdb_destroy_logical_type(&type)
  }

  /// Gives the C type to the caller, who destroys it.
  @unsafe
  consuming func release() -> duckdb_logical_type? {
    let pointer = unsafe self.pointer
    discard self
    return unsafe pointer
  }
}
