import CDuckDB

extension PreparedStatement {
  /// Binds `value` to the parameter at `index`, counted from one as in SQL.
  ///
  /// DuckDB casts it to the type of the parameter, if need be, when the statement is executed.
  package func bind(_ value: Value, at index: Int) throws(DuckDBError) {
    // DuckDB keeps the error of a wrong index in the statement, which then can't be executed.
    guard (1...max(1, self.parameterCount)).contains(index), self.parameterCount > 0 else {
      throw DuckDBError(
        code: .invalidInput,
        message: "there is no parameter \(index): the statement has \(self.parameterCount)"
      )
    }
    let handle = try ValueHandle(value)
    let state = unsafe duckdb_bind_value(self.pointer, idx_t(index), handle.pointer)
    guard state == DuckDBSuccess else {
      throw unsafe DuckDBError(
        prefixed: duckdb_prepare_error(self.pointer),
        otherwise: "cannot bind parameter \(index)",
        code: .invalidInput
      )
    }
  }
}
