import NIOCore

extension ArrayValidator {
  /// Checks that offsets never decrease and end by `end`; answers the range they span.
  static func checkOffsets<Offset: SignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ array: ArrayData,
    _ type: Offset.Type,
    end: Int
  ) throws(ArrowIPCError) -> Range<Int> {
    let offsetBuffer = array.buffers[1]
    let offsets = offsetBuffer.readableBytesSpan
    if array.rowCount == 0, offsets.byteCount == 0 {
      return 0..<0
    }
    try self.require(
      offsets.byteCount,
      atLeast: (array.rowCount + 1) * MemoryLayout<Offset>.size,
      "offsets"
    )
    let first = offsets.integer(type, at: 0)
    var previous = first
    var isMonotonic = true
    for row in 1..<(array.rowCount + 1) {
      let next = offsets.integer(type, at: row)
      isMonotonic = isMonotonic && next >= previous
      previous = next
    }
    guard isMonotonic, first >= 0 else {
      throw ArrowIPCError(.invalidBatch, "The offsets decrease or are negative.")
    }
    guard previous <= end else {
      throw ArrowIPCError(
        .invalidBatch,
        "The offsets end at \(previous), beyond the \(end) that there are."
      )
    }
    return Int(first)..<Int(previous)
  }

  static func checkListViews<Offset: SignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ array: ArrayData,
    _ type: Offset.Type
  ) throws(ArrowIPCError) {
    let offsetBuffer = array.buffers[1]
    let offsets = offsetBuffer.readableBytesSpan
    let sizeBuffer = array.buffers[2]
    let sizes = sizeBuffer.readableBytesSpan
    let required = array.rowCount * MemoryLayout<Offset>.size
    try self.require(offsets.byteCount, atLeast: required, "offsets")
    try self.require(sizes.byteCount, atLeast: required, "sizes")
    let end = Offset(clamping: array.children[0].rowCount)
    for row in 0..<array.rowCount {
      let offset = offsets.integer(type, at: row)
      let size = sizes.integer(type, at: row)
      guard offset >= 0, size >= 0, size <= end, offset <= end - size else {
        throw ArrowIPCError(
          .invalidBatch,
          "The list in row \(row), \(size) rows at \(offset), is not within its child's \(end)."
        )
      }
    }
  }

  static func checkUnion(
    _ array: ArrayData,
    _ mode: DataType.UnionMode,
    _ typeIDs: [Int32]
  ) throws(ArrowIPCError) {
    // How many rows the child of each type id has, where there is such a child.
    var rowCounts = [Int](repeating: -1, count: 256)
    for (child, typeID) in zip(array.children, typeIDs) {
      rowCounts[Int(typeID)] = child.rowCount
    }
    let typeBuffer = array.buffers[0]
    let types = typeBuffer.readableBytesSpan
    try self.require(types.byteCount, atLeast: array.rowCount, "type ids")
    for row in 0..<array.rowCount {
      let typeID = types.integer(UInt8.self, at: row)
      guard rowCounts[Int(typeID)] >= 0 else {
        throw ArrowIPCError(
          .invalidBatch,
          "Row \(row) has the type id \(Int8(bitPattern: typeID)), which is unknown."
        )
      }
    }
    switch mode {
    case .sparse:
      try self.checkChildren(of: array, rowCount: (array.rowCount, false))
    case .dense:
      let offsetBuffer = array.buffers[1]
      let offsets = offsetBuffer.readableBytesSpan
      try self.require(offsets.byteCount, atLeast: array.rowCount * 4, "offsets")
      for row in 0..<array.rowCount {
        let typeID = Int(types.integer(UInt8.self, at: row))
        let offset = Int(offsets.integer(Int32.self, at: row))
        // The format wants offsets to increase as well; Arrow C++ neither checks nor needs it.
        guard offset >= 0, offset < rowCounts[typeID] else {
          throw ArrowIPCError(
            .invalidBatch,
            "Row \(row) has the offset \(offset) in a child of \(rowCounts[typeID]) rows."
          )
        }
      }
    }
  }

  static func checkRunEnds(_ array: ArrayData, _ type: DataType) throws(ArrowIPCError) {
    let (runEnds, values) = (array.children[0], array.children[1])
    guard runEnds.nullCount == 0, values.rowCount >= runEnds.rowCount else {
      throw ArrowIPCError(
        .invalidBatch,
        "The runs of a run-end encoded array have no end or no value."
      )
    }
    switch type.bitWidth {
    case 16: try self.checkRunEnds(runEnds, Int16.self, rowCount: array.rowCount)
    case 32: try self.checkRunEnds(runEnds, Int32.self, rowCount: array.rowCount)
    default: try self.checkRunEnds(runEnds, Int64.self, rowCount: array.rowCount)
    }
  }

  private static func checkRunEnds<End: FixedWidthInteger & BitwiseCopyable>(
    _ runEnds: ArrayData,
    _ type: End.Type,
    rowCount: Int
  ) throws(ArrowIPCError) {
    let endBuffer = runEnds.buffers[1]
    let ends = endBuffer.readableBytesSpan
    var previous: End = 0
    for run in 0..<runEnds.rowCount {
      let end = ends.integer(type, at: run)
      guard end > previous else {
        throw ArrowIPCError(.invalidBatch, "The run ends do not increase.")
      }
      previous = end
    }
    guard previous >= rowCount else {
      throw ArrowIPCError(
        .invalidBatch,
        "The runs end at row \(previous) of an array of \(rowCount)."
      )
    }
  }
}
