internal import DuckDB

extension DuckDBError {
  /// What follows the first line repeats the SQL.
  var firstLine: String {
    self.message.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
  }
}
