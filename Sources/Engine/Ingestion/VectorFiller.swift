internal import ArrowIPC
internal import DuckDB

/// Writes rows of decoded arrays into the vectors of one chunk.
///
/// Text and blobs aren't copied: slots point into the arrays, which must live as long as the chunk.
/// Nothing is checked again that ``StreamDecoder`` has checked.
struct VectorFiller {
  /// Elements of lists and arrays that may still be written: vectors have their memory outside of
  /// DuckDB's limit, and elements that take no bytes or are used many times make a small message
  /// large.
  private(set) var remainingElements: Int
  let isCancelled: () -> Bool

  init(elementLimit: Int, isCancelled: @escaping () -> Bool = { false }) {
    self.remainingElements = elementLimit
    self.isCancelled = isCancelled
  }

  /// The chunk would have too many elements.
  struct TooManyElements: Error {}

  mutating func reserveElements(_ count: Int) throws {
    self.remainingElements -= min(count, self.remainingElements + 1)
    if self.remainingElements < 0 { throw TooManyElements() }
  }

  /// Writes rows of a column of the chunk.
  mutating func fill(
    _ vector: borrowing WritableVector,
    with array: ArrayData,
    _ rows: Range<Int>,
    _ column: ColumnImport
  ) throws {
    try self.reserveElements(rows.count * (column.type.slotCount - 1))
    try self.fill(vector, from: 0, with: array, .range(rows), column)
  }

  /// Writes the given rows from the vector's row `start` on.
  mutating func fill(
    _ vector: borrowing WritableVector,
    from start: Int,
    with array: ArrayData,
    _ rows: RowSelection,
    _ column: ColumnImport
  ) throws {
    if let dictionary = array.dictionary {
      try self.fill(vector, from: start, with: dictionary, array.indices(rows), column)
      return
    }
    if case .runEndEncoded(let bitWidth) = column.transfer {
      let runs = array.runs(rows, bitWidth: bitWidth)
      try self.fill(vector, from: start, with: array.children[1], runs, column.children[0])
      return
    }
    switch column.transfer {
    case .null:
      let places = rows.mapped { _ in RowSelection.null }
      Self.markNulls(vector, from: start, places, column)
    case .bits, .bytes:
      // What the slot of a NULL holds is nobody's business.
      Self.markNulls(vector, from: start, array, rows)
      unsafe Self.copyValues(to: vector.data, from: start, array, rows, column.transfer)
    default:
      let rows = array.valid(rows)
      Self.markNulls(vector, from: start, rows, column)
      try self.fillValues(vector, from: start, array, rows, column)
    }
  }

  private mutating func fill(
    _ vector: borrowing WritableVector,
    from start: Int,
    with dictionary: DictionaryValues,
    _ indices: RowSelection,
    _ column: ColumnImport
  ) throws {
    guard dictionary.chunks.count != 1 else {
      try self.fill(vector, from: start, with: dictionary.chunks[0], indices, column)
      return
    }
    // Each part of the dictionary writes its own rows.
    let nulls = indices.mapped { _ in RowSelection.skipped }
    Self.markNulls(vector, from: start, nulls, column)
    var first = 0
    for chunk in dictionary.chunks {
      let part = first..<(first + chunk.rowCount)
      var isUsed = false
      let own = indices.mapped { index in
        guard part.contains(Int(index)) else { return RowSelection.skipped }
        isUsed = true
        return Int32(truncatingIfNeeded: Int(index) - part.lowerBound)
      }
      if isUsed { try self.fill(vector, from: start, with: chunk, own.withoutNulls, column) }
      first = part.upperBound
    }
  }

  private mutating func fillValues(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ column: ColumnImport
  ) throws {
    switch column.transfer {
    case .string(let layout):
      unsafe Self.pointStrings(of: vector.data, from: start, array, rows, layout)
    case .list(let layout):
      try self.fillLists(vector, from: start, array, rows, column, layout)
    case .fixedSizeList(let size, let isArray):
      try self.fillLists(vector, from: start, array, rows, column, size: size, isArray)
    case .struct:
      for (index, child) in column.children.enumerated() {
        let member = vector.structChild(at: index)
        try self.fill(member, from: start, with: array.children[index], rows, child)
      }
    case .union(let mode, let typeIDs):
      try self.fillUnions(vector, from: start, array, rows, column, (mode, typeIDs))
    default:
      try unsafe Self.convertValues(to: vector.data, from: start, array, rows, column.transfer)
    }
  }
}

// MARK: - NULL

extension VectorFiller {
  /// Marks the rows that have no value in an array whose vector has no children.
  private static func markNulls(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection
  ) {
    if case .range = rows, array.nullCount == 0 { return }
    if case .indices(let indices) = array.valid(rows) {
      unsafe self.clearBits(of: vector, from: start, indices)
    }
  }

  /// Marks rows as NULL, in the children too: DuckDB reads members without asking their parent.
  static func markNulls(
    _ vector: borrowing WritableVector,
    from start: Int,
    _ rows: RowSelection,
    _ column: ColumnImport
  ) {
    guard case .indices(let indices) = rows, indices.contains(RowSelection.null) else { return }
    if case .runEndEncoded = column.transfer {
      self.markNulls(vector, from: start, rows, column.children[0])
      return
    }
    unsafe self.clearBits(of: vector, from: start, indices)
    switch column.transfer {
    case .list, .fixedSizeList(_, isArray: false):
      // A list's slot is read whether or not it is NULL.
      let slots = unsafe vector.data.assumingMemoryBound(to: Vector.ListEntry.self)
      for (place, row) in indices.enumerated() where row == RowSelection.null {
        unsafe slots[start + place] = Vector.ListEntry(offset: 0, count: 0)
      }
    case .fixedSizeList(let size, isArray: true):
      let elements = RowSelection.indices(indices.flatMap { Array(repeating: $0, count: size) })
      self.markNulls(vector.arrayChild, from: start * size, elements, column.children[0])
    case .struct:
      for (index, child) in column.children.enumerated() {
        self.markNulls(vector.structChild(at: index), from: start, rows, child)
      }
    case .union:
      unsafe self.clearBits(of: vector.structChild(at: 0), from: start, indices)
      for (index, child) in column.children.enumerated() {
        self.markNulls(vector.structChild(at: index + 1), from: start, rows, child)
      }
    default:
      break
    }
  }

  @unsafe
  static func clearBits(of vector: borrowing WritableVector, from start: Int, _ indices: [Int32]) {
    guard indices.contains(RowSelection.null) else { return }
    let words = unsafe vector.validity
    for place in 0..<indices.count where indices[place] == RowSelection.null {
      let row = start &+ place
      unsafe words[row >> 6] &= ~(1 << UInt64(row & 63))
    }
  }
}

extension RowSelection {
  /// The same rows, of those that are NULL none: they have been marked.
  fileprivate var withoutNulls: RowSelection {
    guard case .indices(let indices) = self else { return self }
    return .indices(indices.map { $0 == Self.null ? Self.skipped : $0 })
  }
}
