import ArrowIPC
import DuckDB

/// Arrays: every row, NULL or not, has as many elements.
final class ArrayColumn: ColumnBuilder {
  private let element: any ColumnBuilder
  private let size: Int
  private var validity = ValidityBuffer()

  init(_ element: any ColumnBuilder, size: Int) {
    self.element = element
    self.size = size
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    var total = self.validityByteCount(slice)
    try? self.withElements(of: slice) { elements in
      total += self.element.byteCount(of: elements)
    }
    return total
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    self.validity.append(slice)
    try self.withElements(of: slice) { elements throws(ConversionError) in
      try self.element.append(elements)
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    self.element.finish(into: &batch)
  }

  /// Calls `body` with the elements of `slice`, those of its NULLs being NULL, too.
  private func withElements(
    of slice: borrowing VectorSlice,
    _ body: (borrowing VectorSlice) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let child = slice.vector.arrayChild(size: self.size)
    let rows = (slice.rows.lowerBound * self.size)..<(slice.rows.upperBound * self.size)
    guard slice.nullCount > 0 else {
      return try body(VectorSlice(child, rows: rows))
    }
    var mask = ValidityMask(child, rows: rows)
    for row in slice.rows where slice.isNull(row) {
      mask.clear((row * self.size)..<((row + 1) * self.size))
    }
    try mask.withSlice(child, rows: rows, body)
  }
}
