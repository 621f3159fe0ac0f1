import ArrowIPC
import DuckDB

/// Lists, and maps, which are lists of structs.
final class ListColumn: ColumnBuilder {
  private let element: any ColumnBuilder
  private var validity = ValidityBuffer()
  private var offsets = OutputBuffer()
  private var elementCount: Int32 = 0

  init(_ element: any ColumnBuilder) {
    self.element = element
  }

  func byteCount(of slice: borrowing VectorSlice) -> Int {
    var total = self.validityByteCount(slice) + slice.rows.count * 4
    let child = slice.vector.listChild
    Self.forEachRun(slice) { run in
      total += self.element.byteCount(of: VectorSlice(child, rows: run))
    }
    return total
  }

  func append(_ slice: borrowing VectorSlice) throws(ConversionError) {
    self.validity.append(slice)
    self.startOffsets()
    let entries = slice.vector.slots(as: Vector.ListEntry.self)
    var end = self.elementCount
    unsafe self.offsets.append(slice.rows.count * 4) { target in
      for (index, row) in slice.rows.enumerated() {
        // The entry of a NULL is undefined. The limits on batches keep the sum far below what a
        // 32-bit offset can hold.
        if !slice.isNull(row) {
          end &+= Int32(truncatingIfNeeded: entries[row].count)
        }
        unsafe target.storeBytes(of: end, toByteOffset: index * 4, as: Int32.self)
      }
    }
    self.elementCount = end

    let child = slice.vector.listChild
    try Self.forEachRun(slice) { run throws(ConversionError) in
      try self.element.append(VectorSlice(child, rows: run))
    }
  }

  func finish(into batch: inout RecordBatch) {
    self.startOffsets()
    batch.finishColumn(&self.validity)
    batch.buffers.append(self.offsets.take())
    self.element.finish(into: &batch)
    self.elementCount = 0
  }

  private func startOffsets() {
    if self.offsets.byteCount == 0 {
      unsafe self.offsets.append(4) { unsafe $0.storeBytes(of: 0, as: Int32.self) }
    }
  }

  /// Calls `body` with the elements of all rows, in as few runs as they lie in: usually one, but
  /// lists need neither follow each other nor cover all elements.
  private static func forEachRun<Failure: Error>(
    _ slice: borrowing VectorSlice,
    _ body: (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    let entries = slice.vector.slots(as: Vector.ListEntry.self)
    var run = 0..<0
    for row in slice.rows where !slice.isNull(row) {
      let offset = Int(entries[row].offset)
      let count = Int(entries[row].count)
      if count == 0 {
        continue
      }
      if offset == run.upperBound, !run.isEmpty {
        run = run.lowerBound..<(offset + count)
      } else {
        if !run.isEmpty {
          try body(run)
        }
        run = offset..<(offset + count)
      }
    }
    if !run.isEmpty {
      try body(run)
    }
  }
}
