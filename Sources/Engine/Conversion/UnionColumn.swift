import ArrowIPC
import DuckDB

/// Sparse unions: a column for each member, of which one counts in each row.
///
/// Arrow's unions have no validity: a NULL is a NULL of the first member, as DuckDB exports it.
final class UnionColumn: ColumnBuilder {
  private let members: [any ColumnBuilder]
  private var typeIDs = OutputBuffer()

  init(_ members: [any ColumnBuilder]) {
    self.members = members
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    var total = slice.rows.count
    try? self.forEachMember(of: slice) { member, values in
      total += member.byteCount(of: values)
    }
    return total
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    let tags = slice.vector.structChild(at: 0).slots(as: UInt8.self)
    unsafe self.typeIDs.append(slice.rows.count) { target in
      for (index, row) in slice.rows.enumerated() {
        let tag = slice.isNull(row) ? 0 : tags[row]
        unsafe target.storeBytes(of: tag, toByteOffset: index, as: UInt8.self)
      }
    }
    try self.forEachMember(of: slice) { member, values throws(ConversionError) in
      try member.append(values)
    }
  }

  func finish(into batch: inout RecordBatch) {
    batch.nodes.append(FieldNode(rowCount: self.typeIDs.byteCount, nullCount: 0))
    batch.buffers.append(self.typeIDs.take())
    for member in self.members {
      member.finish(into: &batch)
    }
  }

  /// Calls `body` with the values of each member, NULL where another one counts.
  private func forEachMember(
    of slice: borrowing VectorSlice,
    _ body: (any ColumnBuilder, borrowing VectorSlice) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let tags = slice.vector.structChild(at: 0).slots(as: UInt8.self)
    for (index, member) in self.members.enumerated() {
      let child = slice.vector.structChild(at: index + 1)
      var mask = ValidityMask(child, rows: slice.rows)
      for row in slice.rows where slice.isNull(row) || Int(tags[row]) != index {
        mask.clear(row..<(row + 1))
      }
      try mask.withSlice(child, rows: slice.rows) { values throws(ConversionError) in
        try body(member, values)
      }
    }
  }
}
