import ArrowIPC
import DuckDB

/// Structs: a column for each member.
final class StructColumn: ColumnBuilder {
  private let members: [any ColumnBuilder]
  private var validity = ValidityBuffer()

  init(_ members: [any ColumnBuilder]) {
    self.members = members
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    var total = self.validityByteCount(slice)
    try? self.forEachMember(of: slice) { member, values in
      total += member.byteCount(of: values)
    }
    return total
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    self.validity.append(slice)
    try self.forEachMember(of: slice) { member, values throws(ConversionError) in
      try member.append(values)
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.finishColumn(&self.validity)
    for member in self.members {
      member.finish(into: &batch)
    }
  }

  /// Calls `body` with the values of each member; where the struct is NULL, so are they.
  private func forEachMember(
    of slice: borrowing VectorSlice,
    _ body: (any ColumnBuilder, borrowing VectorSlice) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    for (index, member) in self.members.enumerated() {
      let child = slice.vector.structChild(at: index)
      guard slice.nullCount > 0 else {
        try body(member, VectorSlice(child, rows: slice.rows))
        continue
      }
      var mask = ValidityMask(child, rows: slice.rows)
      for row in slice.rows where slice.isNull(row) {
        mask.clear(row..<(row + 1))
      }
      try mask.withSlice(child, rows: slice.rows) { values throws(ConversionError) in
        try body(member, values)
      }
    }
  }
}
