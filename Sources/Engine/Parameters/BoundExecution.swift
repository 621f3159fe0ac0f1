internal import DuckDB

/// Executes a compiled statement once for each row of values, in their order.
///
/// Values are bound anew before each execution, all of them and without a pause: what others bound
/// to the same statement in between doesn't matter.
final class BoundExecution {
  private let prepared: PreparedStatement
  private let parameters: StatementParameters
  private let rowCount: Int
  private let cancellation: Cancellation
  private var rows: ParameterRowReader

  init(
    _ prepared: PreparedStatement,
    _ binding: Binding,
    rowByteLimit: Int,
    cancellation: Cancellation
  ) {
    self.prepared = prepared
    self.parameters = binding.parameters
    self.rowCount = binding.rows.rowCount
    self.cancellation = cancellation
    self.rows = ParameterRowReader(binding.rows, binding.parameters, rowByteLimit: rowByteLimit)
  }

  /// Executes the statement with the next row; `nil` after the last.
  func next() throws -> QueryResult? {
    guard let values = try self.rows.next() else { return nil }
    do throws(DuckDBError) {
      for (index, value) in values.enumerated() {
        try self.bind(value, at: index)
      }
      return try self.prepared.stream { self.cancellation.isCancelled }
    } catch {
      guard self.rowCount > 1 else { throw error }
      let row = "(row \(self.rows.rowNumber) of \(self.rowCount) bound rows)"
      throw DuckDBError(code: error.code, message: "\(error.message)\n\(row)")
    }
  }

  private func bind(_ value: Value, at index: Int) throws(DuckDBError) {
    let parameter = self.parameters.parameters[index]
    if let exact = value.exactly(as: parameter.type) {
      do throws(DuckDBError) {
        return try self.prepared.bind(exact, at: index + 1)
      } catch {
        // DuckDB can't cast the value: with the value as it came, its error says why.
      }
    }
    let castable = value.throughTimestamp(to: parameter.type.kind) ?? value
    try self.prepared.bind(castable, at: index + 1)
  }
}
