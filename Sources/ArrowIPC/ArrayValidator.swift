import NIOCore

/// Checks decoded arrays so completely that their readers need no checks of their own.
///
/// A buffer that is too short, an offset out of range, text that isn't UTF-8: each ends in an
/// error. Rows that are null may hold anything where the format lets them.
struct ArrayValidator {
  /// Bytes of view columns that may still be checked one view at a time.
  var textBudget: Int

  /// Views may overlap, so checking them one at a time could take the square of their size.
  static let textBudgetFactor = 4

  init(bodyByteCount: Int) {
    self.textBudget = bodyByteCount * Self.textBudgetFactor
  }

  /// Checks an array whose children have been checked.
  mutating func validate(_ array: ArrayData) throws(ArrowIPCError) {
    try Self.checkValidity(of: array)
    switch array.type {
    case .null:
      break
    case .utf8: try Self.checkText(array, offsets: Int32.self)
    case .largeUTF8: try Self.checkText(array, offsets: Int64.self)
    case .binary: _ = try Self.checkOffsets(array, Int32.self, end: array.buffers[2].readableBytes)
    case .largeBinary:
      _ = try Self.checkOffsets(array, Int64.self, end: array.buffers[2].readableBytes)
    case .utf8View, .binaryView:
      try self.checkViews(array)
    case .list:
      _ = try Self.checkOffsets(array, Int32.self, end: array.children[0].rowCount)
    case .largeList:
      _ = try Self.checkOffsets(array, Int64.self, end: array.children[0].rowCount)
    case .listView: try Self.checkListViews(array, Int32.self)
    case .largeListView: try Self.checkListViews(array, Int64.self)
    case .fixedSizeList(_, let size):
      try Self.checkChildren(
        of: array,
        rowCount: array.rowCount.multipliedReportingOverflow(by: size)
      )
    case .struct:
      try Self.checkChildren(of: array, rowCount: (array.rowCount, false))
    case .map:
      _ = try Self.checkOffsets(array, Int32.self, end: array.children[0].rowCount)
      try Self.checkMapEntries(array.children[0])
    case .union(let mode, let typeIDs, _):
      try Self.checkUnion(array, mode, typeIDs)
    case .runEndEncoded(let runEnds, _):
      try Self.checkRunEnds(array, runEnds.type)
    case .bool, .int, .floatingPoint, .fixedSizeBinary, .decimal, .date, .time, .timestamp,
      .duration, .interval:
      try Self.checkFixedWidthValues(array)
    }
    if let dictionary = array.dictionary {
      try Self.checkIndices(of: array, below: dictionary.rowCount)
    }
  }

  private static func checkValidity(of array: ArrayData) throws(ArrowIPCError) {
    guard array.type.hasValidity, array.nullCount > 0 else { return }
    let bitmap = array.buffers[0]
    let bits = bitmap.readableBytesSpan
    try self.require(bits.byteCount, atLeast: (array.rowCount + 7) / 8, "validity")
    let wholeWords = array.rowCount / 64
    var setCount = 0
    for index in 0..<wholeWords {
      setCount += bits.integer(UInt64.self, at: index).nonzeroBitCount
    }
    for row in (wholeWords * 64)..<array.rowCount
    where bits.integer(UInt8.self, at: row / 8) & (1 << UInt8(row % 8)) != 0 {
      setCount += 1
    }
    guard setCount == array.rowCount - array.nullCount else {
      throw ArrowIPCError(
        .invalidBatch,
        """
        The validity bitmap has \(array.rowCount - setCount) nulls where the batch says \
        \(array.nullCount).
        """
      )
    }
  }

  static func checkChildren(
    of array: ArrayData,
    rowCount: (partialValue: Int, overflow: Bool)
  ) throws(ArrowIPCError) {
    for child in array.children
    where rowCount.overflow || child.rowCount < rowCount.partialValue {
      throw ArrowIPCError(
        .invalidBatch,
        "A child array has \(child.rowCount) rows, too few for the \(array.rowCount) of its parent."
      )
    }
  }

  private static func checkMapEntries(_ entries: ArrayData) throws(ArrowIPCError) {
    guard entries.nullCount == 0, entries.children[0].nullCount == 0 else {
      throw ArrowIPCError(.invalidBatch, "A map has entries or keys that are null.")
    }
  }

  /// Checks a buffer's size, in bytes.
  static func require(
    _ byteCount: Int,
    atLeast required: Int,
    _ name: String
  ) throws(ArrowIPCError) {
    guard byteCount >= required else {
      throw ArrowIPCError(
        .invalidBatch,
        "The \(name) buffer has \(byteCount) bytes instead of \(required)."
      )
    }
  }
}
