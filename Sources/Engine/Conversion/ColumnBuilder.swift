import ArrowIPC
import DuckDB

/// Converts one column, or one child of a nested column.
///
/// Conformers choose what to do with a type when they are made, and then run plain loops.
protocol ColumnBuilder: AnyObject {
  /// The bytes that appending `slice` adds to the batch's body, or a little more.
  func byteCount(of slice: borrowing VectorSlice) -> Int

  /// A builder that has thrown is of no further use.
  func append(_ slice: borrowing VectorSlice) throws(ConversionError)

  /// Moves the rows appended so far, as nodes and buffers in Arrow's order, to the end of `batch`
  /// and starts anew.
  func finish(into batch: inout RecordBatch)
}

extension ColumnBuilder {
  /// What a column of `rowCount` rows takes for its validity.
  func validityByteCount(_ slice: borrowing VectorSlice) -> Int {
    slice.rows.count / 8 + 1
  }
}
