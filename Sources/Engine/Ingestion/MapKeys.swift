internal import ArrowIPC

/// Checks what DuckDB takes for granted of maps: their keys are distinct and not NULL.
enum MapKeys {
  static func check(_ entries: ArrayData, in span: Range<Int>) throws(IngestionError) {
    let keys = entries.children[0]
    var seen: Set<[UInt8]> = []
    seen.reserveCapacity(span.count)
    for row in span {
      var identity: [UInt8] = []
      guard Self.append(row, of: keys, to: &identity) else {
        throw IngestionError(.invalidValue, "A map has NULL for a key.")
      }
      guard seen.insert(identity).inserted else {
        throw IngestionError(.invalidValue, "A map has the same key twice.")
      }
    }
  }

  /// Appends bytes that are the same for the same values and different for others.
  ///
  /// - Returns: Whether the value isn't NULL.
  @discardableResult
  private static func append(_ row: Int, of array: ArrayData, to bytes: inout [UInt8]) -> Bool {
    guard !array.isNull(row) else {
      bytes.append(0)
      return false
    }
    if let dictionary = array.dictionary {
      guard case .indices(let found) = array.indices(.indices([Int32(row)])) else { return false }
      var index = Int(found[0])
      for chunk in dictionary.chunks {
        if index < chunk.rowCount { return Self.append(index, of: chunk, to: &bytes) }
        index -= chunk.rowCount
      }
      return false
    }
    if case .runEndEncoded(let runEnds, _) = array.type {
      let bitWidth = runEnds.type.bitWidth ?? 0
      guard case .indices(let run) = array.runs(.indices([Int32(row)]), bitWidth: bitWidth)
      else { return false }
      return Self.append(Int(run[0]), of: array.children[1], to: &bytes)
    }
    bytes.append(1)
    Self.appendValue(row, of: array, to: &bytes)
    return true
  }

  private static func appendValue(_ row: Int, of array: ArrayData, to bytes: inout [UInt8]) {
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(
      _ buffer: Int,
      _ index: Int,
      _ type: Value.Type
    ) -> Int {
      unsafe Int(truncatingIfNeeded: ArrayData.integer(array.bytes(buffer), index, as: type))
    }
    func elements(_ span: Range<Int>) {
      bytes.append(contentsOf: Self.prefix(span.count))
      for element in span { Self.append(element, of: array.children[0], to: &bytes) }
    }
    func text(_ buffer: Int, _ span: Range<Int>) {
      bytes.append(contentsOf: Self.prefix(span.count))
      if !span.isEmpty { unsafe bytes.append(contentsOf: array.bytes(buffer)[span]) }
    }
    switch array.type {
    case .utf8, .binary:
      text(2, integer(1, row, Int32.self)..<integer(1, row + 1, Int32.self))
    case .largeUTF8, .largeBinary:
      text(2, integer(1, row, Int64.self)..<integer(1, row + 1, Int64.self))
    case .utf8View, .binaryView:
      let length = integer(1, 4 * row, Int32.self)
      let start = length <= 12 ? 16 * row + 4 : integer(1, 4 * row + 3, Int32.self)
      text(length <= 12 ? 1 : 2 + integer(1, 4 * row + 2, Int32.self), start..<start + length)
    case .bool:
      bytes.append(UInt8(integer(1, row / 8, UInt8.self) >> (row % 8) & 1))
    case .list, .map:
      elements(integer(1, row, Int32.self)..<integer(1, row + 1, Int32.self))
    case .largeList:
      elements(integer(1, row, Int64.self)..<integer(1, row + 1, Int64.self))
    case .listView:
      let offset = integer(1, row, Int32.self)
      elements(offset..<offset + integer(2, row, Int32.self))
    case .largeListView:
      let offset = integer(1, row, Int64.self)
      elements(offset..<offset + integer(2, row, Int64.self))
    case .fixedSizeList(_, let size):
      elements(row * size..<(row + 1) * size)
    case .struct:
      for child in array.children { Self.append(row, of: child, to: &bytes) }
    case .union(let mode, let typeIDs, _):
      let typeID = integer(0, row, UInt8.self)
      bytes.append(UInt8(typeID))
      let child = array.children[typeIDs.firstIndex(of: Int32(typeID)) ?? 0]
      Self.append(mode == .dense ? integer(1, row, Int32.self) : row, of: child, to: &bytes)
    default:
      let width = (array.type.bitWidth ?? 0) / 8
      if width > 0 {
        unsafe bytes.append(contentsOf: array.bytes(1)[row * width..<(row + 1) * width])
      }
    }
  }

  private static func prefix(_ count: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
  }
}
