internal import ArrowIPC
internal import DuckDB
internal import NIOCore

// The decoder has checked that all of it is there, so what stands for what is missing never shows.

extension ArrayData {
  /// The integer in a slot of a buffer, by default that of the values.
  func loaded<Integer: FixedWidthInteger>(_ slot: Int, in index: Int = 1) -> Integer {
    let buffer = self.buffers[index]
    let offset = buffer.readerIndex + slot * MemoryLayout<Integer>.size
    return buffer.getInteger(at: offset, endianness: .little) ?? 0
  }

  func bit(_ row: Int) -> Bool {
    let byte: UInt8 = self.loaded(row / 8)
    return byte & 1 << UInt8(row % 8) != 0
  }

  /// The value of a row of any integer type; those above `Int64.max` can't be indices.
  func integer(_ row: Int) -> Int64 {
    guard case .int(let bitWidth, let isSigned) = self.type else { return 0 }
    return switch (bitWidth, isSigned) {
    case (8, true): Int64(self.loaded(row) as Int8)
    case (8, false): Int64(self.loaded(row) as UInt8)
    case (16, true): Int64(self.loaded(row) as Int16)
    case (16, false): Int64(self.loaded(row) as UInt16)
    case (32, true): Int64(self.loaded(row) as Int32)
    case (32, false): Int64(self.loaded(row) as UInt32)
    default: self.loaded(row)
    }
  }

  func integerValue(_ row: Int, _ bitWidth: Int, _ isSigned: Bool) -> Value {
    switch (bitWidth, isSigned) {
    case (8, true): .tinyint(self.loaded(row))
    case (8, false): .utinyint(self.loaded(row))
    case (16, true): .smallint(self.loaded(row))
    case (16, false): .usmallint(self.loaded(row))
    case (32, true): .integer(self.loaded(row))
    case (32, false): .uinteger(self.loaded(row))
    case (_, true): .bigint(self.loaded(row))
    case (_, false): .ubigint(self.loaded(row))
    }
  }

  func slice(_ index: Int, _ offset: Int, _ byteCount: Int) -> ByteBuffer? {
    let buffer = self.buffers[index]
    return buffer.getSlice(at: buffer.readerIndex + offset, length: byteCount)
  }

  /// Where a row's bytes or elements are, for types with offsets or with offsets and sizes.
  func range(_ row: Int) -> Range<Int>? {
    switch self.type {
    case .utf8, .binary, .list, .map:
      let (start, end): (Int32, Int32) = (self.loaded(row), self.loaded(row + 1))
      return Int(start)..<Int(end)
    case .largeUTF8, .largeBinary, .largeList:
      let (start, end): (Int64, Int64) = (self.loaded(row), self.loaded(row + 1))
      return Int(start)..<Int(end)
    case .listView:
      let (start, count): (Int32, Int32) = (self.loaded(row), self.loaded(row, in: 2))
      return Int(start)..<Int(start) + Int(count)
    case .largeListView:
      let (start, count): (Int64, Int64) = (self.loaded(row), self.loaded(row, in: 2))
      return Int(start)..<Int(start) + Int(count)
    default:
      return nil
    }
  }

  /// The bytes of a view: in the view itself up to 12, else where it points to.
  func view(_ row: Int) -> ByteBuffer? {
    let inlineByteCount: Int32 = 12
    let count: Int32 = self.loaded(row * 4)
    guard count > inlineByteCount else { return self.slice(1, row * 16 + 4, Int(count)) }
    let index: Int32 = self.loaded(row * 4 + 2)
    let offset: Int32 = self.loaded(row * 4 + 3)
    return self.slice(self.type.bufferCount + Int(index), Int(offset), Int(count))
  }

  /// Which run of a run-end encoded array a row lies in: the first that ends after it.
  func run(_ row: Int) -> Int {
    let ends = self.children[0]
    var (low, high) = (0, ends.rowCount)
    while low < high {
      let middle = (low + high) / 2
      if ends.integer(middle) > row { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension DictionaryValues {
  /// The chunk of an index, and its row there.
  func position(of index: Int) -> (chunk: ArrayData, row: Int) {
    var row = index
    for chunk in self.chunks {
      if row < chunk.rowCount { return (chunk, row) }
      row -= chunk.rowCount
    }
    return (ArrayData(type: .null, rowCount: row + 1, nullCount: row + 1), row)
  }
}
