import ArrowIPC
import NIOCore

/// Reads every value of a batch the way consumers do: without checks, trapping where the decoder
/// let something through.
enum TrustingReader {
  static func visit(_ batch: DecodedBatch) {
    for column in batch.columns {
      precondition(column.rowCount == batch.rowCount)
      Self.visit(column)
    }
  }

  private static func visit(_ array: ArrayData) {
    array.children.forEach(Self.visit)
    array.dictionary?.chunks.forEach(Self.visit)
    for row in 0..<array.rowCount where !array.isNull(row) {
      Self.visit(array, row)
    }
  }

  private static func visit(_ array: ArrayData, _ row: Int) {
    switch array.type {
    case .null, .struct, .fixedSizeList:
      let factor = if case .fixedSizeList(_, let size) = array.type { size } else { 1 }
      precondition(array.children.allSatisfy { $0.rowCount >= (row + 1) * factor })
    case .utf8: Self.visitText(array, Self.range(array, row, Int32.self))
    case .largeUTF8: Self.visitText(array, Self.range(array, row, Int64.self))
    case .binary: Self.visitBytes(array, Self.range(array, row, Int32.self))
    case .largeBinary: Self.visitBytes(array, Self.range(array, row, Int64.self))
    case .utf8View, .binaryView: Self.visitView(array, row)
    case .list, .map:
      precondition(Self.range(array, row, Int32.self).upperBound <= array.children[0].rowCount)
    case .largeList:
      precondition(Self.range(array, row, Int64.self).upperBound <= array.children[0].rowCount)
    case .listView: Self.visitListView(array, row, Int32.self)
    case .largeListView: Self.visitListView(array, row, Int64.self)
    case .union(let mode, let typeIDs, _):
      let typeID = Int32(Self.integer(array.buffers[0], row, Int8.self))
      guard let member = typeIDs.firstIndex(of: typeID) else { preconditionFailure() }
      let offset = mode == .dense ? Int(Self.integer(array.buffers[1], row, Int32.self)) : row
      precondition(0..<array.children[member].rowCount ~= offset)
    case .runEndEncoded:
      precondition(array.children[1].rowCount >= array.children[0].rowCount)
    default:
      let bitWidth = array.type.bitWidth ?? 0
      let byteCount = ((row + 1) * bitWidth + 7) / 8
      precondition(array.buffers[1].readableBytes >= byteCount)
      if let dictionary = array.dictionary {
        precondition(0..<dictionary.rowCount ~= Self.index(array, row))
      }
    }
  }

  private static func integer<Value: FixedWidthInteger>(
    _ buffer: ByteBuffer,
    _ row: Int,
    _: Value.Type
  ) -> Value {
    let index = buffer.readerIndex + row * MemoryLayout<Value>.size
    guard let value = buffer.getInteger(at: index, endianness: .little, as: Value.self) else {
      preconditionFailure("row \(row) is beyond its buffer")
    }
    return value
  }

  private static func index(_ array: ArrayData, _ row: Int) -> Int {
    switch array.type {
    case .int(8, true): Int(Self.integer(array.buffers[1], row, Int8.self))
    case .int(8, false): Int(Self.integer(array.buffers[1], row, UInt8.self))
    case .int(16, true): Int(Self.integer(array.buffers[1], row, Int16.self))
    case .int(16, false): Int(Self.integer(array.buffers[1], row, UInt16.self))
    case .int(32, true): Int(Self.integer(array.buffers[1], row, Int32.self))
    case .int(32, false): Int(Self.integer(array.buffers[1], row, UInt32.self))
    case .int(_, true): Int(Self.integer(array.buffers[1], row, Int64.self))
    default: Int(Self.integer(array.buffers[1], row, UInt64.self))
    }
  }

  private static func range<Offset: FixedWidthInteger>(
    _ array: ArrayData,
    _ row: Int,
    _: Offset.Type
  ) -> Range<Int> {
    // Traps where the offsets decrease.
    Int(
      Self.integer(array.buffers[1], row, Offset.self)
    )..<Int(
      Self.integer(array.buffers[1], row + 1, Offset.self)
    )
  }

  private static func visitBytes(_ array: ArrayData, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= array.buffers[2].readableBytes)
  }

  private static func visitText(_ array: ArrayData, _ range: Range<Int>) {
    Self.visitBytes(array, range)
    let data = array.buffers[2]
    let bytes = data.getBytes(at: data.readerIndex + range.lowerBound, length: range.count)
    precondition(bytes.flatMap { String(validating: $0, as: UTF8.self) } != nil)
  }

  private static func visitListView<Offset: FixedWidthInteger>(
    _ array: ArrayData,
    _ row: Int,
    _: Offset.Type
  ) {
    let offset = Int(Self.integer(array.buffers[1], row, Offset.self))
    let size = Int(Self.integer(array.buffers[2], row, Offset.self))
    precondition(offset >= 0 && size >= 0 && offset + size <= array.children[0].rowCount)
  }

  private static func visitView(_ array: ArrayData, _ row: Int) {
    let views = array.buffers[1]
    let byteCount = Int(Self.integer(views, row * 4, Int32.self))
    var data = views
    var offset = row * 16 + 4
    if byteCount > 12 {
      data = array.buffers[2 + Int(Self.integer(views, row * 4 + 2, Int32.self))]
      offset = Int(Self.integer(views, row * 4 + 3, Int32.self))
    }
    guard let bytes = data.getBytes(at: data.readerIndex + offset, length: byteCount) else {
      preconditionFailure("the view in row \(row) is beyond its buffer")
    }
    precondition(array.type == .binaryView || String(validating: bytes, as: UTF8.self) != nil)
  }
}
