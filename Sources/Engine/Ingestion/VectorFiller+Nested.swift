internal import ArrowIPC
internal import DuckDB

extension VectorFiller {
  mutating func fillLists(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ column: ColumnImport,
    _ layout: ColumnImport.ListLayout
  ) throws {
    let offsets = unsafe array.bytes(1)
    let sizes = unsafe layout == .views32 || layout == .views64 ? array.bytes(2) : offsets
    func span(_ row: Int) -> Range<Int> {
      switch layout {
      case .offsets32, .map:
        let end = unsafe ArrayData.integer(offsets, row &+ 1, as: Int32.self)
        return unsafe Int(ArrayData.integer(offsets, row, as: Int32.self))..<Int(end)
      case .offsets64:
        let end = unsafe ArrayData.integer(offsets, row &+ 1, as: Int64.self)
        return unsafe Int(ArrayData.integer(offsets, row, as: Int64.self))..<Int(end)
      case .views32:
        let offset = unsafe Int(ArrayData.integer(offsets, row, as: Int32.self))
        return unsafe offset..<(offset + Int(ArrayData.integer(sizes, row, as: Int32.self)))
      case .views64:
        let offset = unsafe Int(ArrayData.integer(offsets, row, as: Int64.self))
        return unsafe offset..<(offset + Int(ArrayData.integer(sizes, row, as: Int64.self)))
      }
    }
    try self.fillLists(vector, from: start, array, rows, column, areMaps: layout == .map, span)
  }

  mutating func fillLists(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ column: ColumnImport,
    size: Int,
    _ isArray: Bool
  ) throws {
    guard isArray else {
      try self.fillLists(vector, from: start, array, rows, column) { $0 * size..<($0 + 1) * size }
      return
    }
    let elements: RowSelection =
      switch rows {
      case .range(let range):
        .range(range.lowerBound * size..<range.upperBound * size)
      case .indices(let indices):
        .indices(
          indices.flatMap { row in
            (0..<Int32(size)).map { row >= 0 ? row * Int32(size) + $0 : row }
          }
        )
      }
    try self.fill(
      vector.arrayChild,
      from: start * size,
      with: array.children[0],
      elements,
      column.children[0]
    )
  }

  /// Writes the lists' slots and appends their elements to those that are there.
  private mutating func fillLists(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ column: ColumnImport,
    areMaps: Bool = false,
    _ span: (Int) -> Range<Int>
  ) throws {
    let slots = unsafe vector.data.assumingMemoryBound(to: Vector.ListEntry.self) + start
    let first = vector.elementCount
    var count = 0
    var isContiguous = true
    var next: Int?
    rows.forEach { row, place in
      let span = span(row)
      unsafe slots[place] = Vector.ListEntry(
        offset: UInt64(first &+ count),
        count: UInt64(span.count)
      )
      count &+= span.count
      if next != nil, next != span.lowerBound { isContiguous = false }
      next = span.upperBound
    }
    let (slotCount, overflow) = count.multipliedReportingOverflow(
      by: column.children[0].type.slotCount
    )
    try self.reserveElements(overflow ? .max : slotCount)
    guard count > 0, let end = next else { return }
    if areMaps {
      var keys = MapKeys(elementLimit: self.remainingElements, isCancelled: self.isCancelled)
      try rows.forEach { row, _ in try keys.check(array.children[0], in: span(row)) }
    }
    var elements = RowSelection.range(end &- count..<end)
    if !isContiguous {
      var indices: [Int32] = []
      indices.reserveCapacity(count)
      rows.forEach { row, _ in
        indices.append(contentsOf: span(row).lazy.map { Int32(truncatingIfNeeded: $0) })
      }
      elements = .indices(indices)
    }
    try vector.setElementCount(first + count)
    try self.fill(
      vector.listChild,
      from: first,
      with: array.children[0],
      elements,
      column.children[0]
    )
  }

  /// A union is a struct of the tags and the members; all members but the tagged one are NULL.
  mutating func fillUnions(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ column: ColumnImport,
    _ type: (mode: DataType.UnionMode, typeIDs: [Int32])
  ) throws {
    var members = [UInt8](repeating: 0, count: 128)
    for (member, typeID) in type.typeIDs.enumerated() { members[Int(typeID)] = UInt8(member) }
    let typeIDs = unsafe array.bytes(0)
    let tags = unsafe vector.structChild(at: 0).data.assumingMemoryBound(to: UInt8.self) + start
    rows.forEach { row, place in unsafe tags[place] = members[Int(typeIDs[row])] }
    for (index, child) in column.children.enumerated() {
      let own = rows.mapped { row in
        guard unsafe Int(members[Int(typeIDs[row])]) == index else { return RowSelection.null }
        guard type.mode == .dense else { return Int32(truncatingIfNeeded: row) }
        return unsafe ArrayData.integer(array.bytes(1), row, as: Int32.self)
      }
      let member = vector.structChild(at: index + 1)
      Self.markNulls(member, from: start, own, child)
      try self.fill(member, from: start, with: array.children[index], own, child)
    }
  }
}
