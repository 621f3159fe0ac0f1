import ArrowIPC
import FuzzDriver

@testable import DuckDB
@testable import Engine

/// Reads decoded batches as the values of a statement's parameters.
enum Parameters {
  private static let rowLimit = 16
  private static let byteLimit = 1 << 20

  static func read(_ schema: Schema, _ batches: [DecodedBatch]) {
    for batch in batches {
      for (column, field) in schema.fields.enumerated() {
        for row in 0..<min(batch.rowCount, Self.rowLimit) {
          Self.read(batch.columns[column], field, row)
        }
      }
    }
  }

  private static func read(_ array: ArrayData, _ field: Field, _ row: Int) {
    var reader = ArrowValueReader(byteLimit: Self.byteLimit)
    guard let value = try? reader.value(array, field, row: row) else { return }
    do throws(DuckDBError) {
      _ = try ValueHandle(value)
    } catch {
      require(error.code != .internalError && error.code != .fatal, error.message)
    }
  }
}
